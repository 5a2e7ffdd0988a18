"""Give a membership to another customer, with its sites and what was paid for it by choice.

What is not paid yet always goes along: it is for time that is the other's. Saved cards, accounts and what
they are called at the gateway stay behind: they are a person's.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from kernel.contracts.events import MembershipTransferred
from kernel.contracts.memberships import TransferOrder, TransferOutlook
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.tombstones import require_alive
from services.billing.memberships.history import record, require_version
from services.billing.memberships.lifecycle import change_status
from services.billing.memberships.waiting import must_wait
from services.billing.models import CustomerVerification, DepartedCustomer, Membership, Payment
from services.billing.models.payments import OPEN
from services.billing.payments.under_way import end_page


class TransferRefused(Conflict):
    """The membership is that customer's already, or there is no such customer."""


def transfer_membership(uow: UnitOfWork, membership_id: UUID, order: TransferOrder) -> Membership:
    """Make the membership another customer's. Its sites follow by the event, as was chosen.

    Raises TransferRefused, Departed, ChangedMeanwhile, and ChargeUnderWay while money of it moves.
    """
    uow.identity.require("billing.edit")
    seen = uow.get(Membership, membership_id)
    _require_alive(uow, seen.customer_id, order.customer_id)
    waits = must_wait(uow, order.customer_id, is_free=seen.is_free)
    membership = uow.get(Membership, membership_id, lock=True)
    require_version(membership, order.seen)
    former_id = membership.customer_id
    _require_another(uow, membership, order.customer_id)
    given = _give_payments(uow, membership, order)
    membership.customer_id = order.customer_id
    membership.method_id, membership.gateway_customer, membership.gateway_subscription = None, "", ""
    _note(uow, membership, former_id, order, given)
    if membership.waits_to_be is not None and not waits:
        change_status(uow, membership.id, membership.waits_to_be)
    return membership


def transfer_outlook(uow: UnitOfWork, membership_id: UUID) -> TransferOutlook:
    """Return what there is to go along."""
    membership = uow.get(Membership, membership_id)
    is_open = Payment.status.in_(OPEN)
    net = func.coalesce(func.sum(Payment.captured - Payment.refunded), 0)
    counted = select(func.count().filter(~is_open), func.count().filter(is_open), net)
    mine = Payment.membership_id == membership.id, Payment.customer_id == membership.customer_id
    paid, unpaid, received = uow.session.execute(counted.where(*mine)).one()
    return TransferOutlook(
        paid_count=paid,
        unpaid_count=unpaid,
        received=Money(amount=int(received), currency=membership.currency),
        version=membership.version,
    )


def _require_alive(uow: UnitOfWork, *customer_ids: UUID) -> None:
    """Keep both from being deleted meanwhile, in one order."""
    for customer_id in sorted(customer_ids):
        require_alive(uow, DepartedCustomer, customer_id)


def _require_another(uow: UnitOfWork, membership: Membership, customer_id: UUID) -> None:
    if membership.customer_id == customer_id:
        raise TransferRefused(N_("The membership is this customer's already."))
    # Every customer was told of here before anybody can have read his number.
    known = select(CustomerVerification.status).where(CustomerVerification.customer_id == customer_id)
    if uow.session.scalar(known) is None:
        raise TransferRefused(N_("There is no such customer, or billing has not been told of him yet."))


def _give_payments(uow: UnitOfWork, membership: Membership, order: TransferOrder) -> Sequence[Payment]:
    """Make payments the other's, and return those that brought money or may. Pages that wait are ended."""
    mine = select(Payment).where(
        Payment.membership_id == membership.id, Payment.customer_id == membership.customer_id
    )
    if not order.with_payments:
        mine = mine.where(Payment.status.in_(OPEN))
    locked = mine.order_by(Payment.id).with_for_update(of=Payment)
    given = uow.session.scalars(locked.execution_options(populate_existing=True)).all()
    for payment in given:
        end_page(uow, payment)
        payment.customer_id, payment.modified_at = order.customer_id, uow.now
    return given


def _note(
    uow: UnitOfWork,
    membership: Membership,
    former_id: UUID,
    order: TransferOrder,
    given: Sequence[Payment],
) -> None:
    record(
        uow,
        membership,
        act="transfer",
        before={"customer_id": former_id},
        after={
            "customer_id": order.customer_id,
            "with_sites": order.with_sites,
            "payments": sorted(payment.number for payment in given),
        },
        reason=order.reason,
    )
    sums: Counter[str] = Counter()
    for payment in given:
        sums[payment.currency] += payment.captured - payment.refunded
    uow.publish(
        MembershipTransferred(
            membership_id=membership.id,
            customer_id=order.customer_id,
            former_customer_id=former_id,
            number=membership.number,
            with_sites=order.with_sites,
            payments=len(given),
            received=[Money(amount=sums[code], currency=code) for code in sorted(sums) if sums[code]],
        )
    )
