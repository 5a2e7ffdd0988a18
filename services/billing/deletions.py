"""Billing's part in deleting a customer: refuse while money moves, else cancel or hand over.

It comes first, because it alone may refuse, and before it nothing has been lost.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from kernel.contracts.deletions import Said
from kernel.contracts.events import (
    CustomerBillingErased,
    CustomerBillingHandedOver,
    CustomerDeletionRefused,
    CustomerDeletionRequested,
)
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.errors import N_
from kernel.tombstones import bury, lock_for_burial
from services.billing.memberships.lifecycle import change_status
from services.billing.models import Charge, DepartedCustomer, Membership, Payment, Refund
from services.billing.models.payments import PAYABLE
from services.billing.models.refunds import UNSETTLED_REFUNDS
from services.billing.payments.lifecycle import cancel_payment
from services.billing.payments.method_setups import forget_setups
from services.billing.payments.methods import forget_methods
from services.billing.payments.under_way import CANNOT_END, end_page

REFUND_UNSETTLED = N_(
    "A refund of payment %(number)s is not settled yet. Wait until it is known whether the money went back."
)
CHARGE_UNDER_WAY = N_(
    "Payment %(number)s is being charged right now. Wait until it is known whether the money came."
)


def close_account(uow: UnitOfWork, asked: CustomerDeletionRequested) -> None:
    """Do billing's part, or publish why not. Safe to run twice: then nothing is left to do."""
    was_closed = lock_for_burial(uow, DepartedCustomer, asked.customer_id)
    _lock_memberships_and_payments(uow, asked.customer_id)
    refusal = None if was_closed else refusal_for(uow, asked.customer_id)
    if refusal is not None:
        uow.publish(_refused(asked, refusal))
        return
    bury(uow, DepartedCustomer, asked.customer_id, cause_id=asked.deletion_id)
    forget_setups(uow, asked.customer_id)
    forget_methods(uow, asked.customer_id)
    if asked.way == "hand_over" and asked.heir_id is not None:
        uow.publish(_hand_over(uow, asked, asked.heir_id))
    else:
        uow.publish(_erase(uow, asked))


def refusal_for(uow: UnitOfWork, customer_id: UUID) -> Said | None:
    """Return why the customer cannot be deleted now: money is on its way, one way or the other."""
    number = uow.session.scalar(
        select(Payment.number)
        .join(Refund, (Refund.network_id == Payment.network_id) & (Refund.payment_id == Payment.id))
        .where(Payment.customer_id == customer_id, Refund.status.in_(UNSETTLED_REFUNDS))
        .limit(1)
    )
    if number is not None:
        return Said(template=REFUND_UNSETTLED, params={"number": str(number)})
    charged = (
        select(Payment.number)
        .outerjoin(Charge, (Charge.network_id == Payment.network_id) & (Charge.payment_id == Payment.id))
        .where(Payment.customer_id == customer_id, or_(Payment.status == "processing", CANNOT_END))
    )
    number = uow.session.scalar(charged.limit(1))
    return Said(template=CHARGE_UNDER_WAY, params={"number": str(number)}) if number is not None else None


def _lock_memberships_and_payments(uow: UnitOfWork, customer_id: UUID) -> None:
    """Let whoever refunds or charges one of his payments end first, and the next one wait.

    Memberships first, as everybody does; his own, and those that his payments are for.
    """
    paid_for = select(Payment.membership_id).where(Payment.customer_id == customer_id)
    his_own = or_(Membership.customer_id == customer_id, Membership.id.in_(paid_for))
    uow.session.execute(select(Membership.id).where(his_own).order_by(Membership.id).with_for_update())
    his = select(Payment.id).where(Payment.customer_id == customer_id).order_by(Payment.id)
    uow.session.execute(his.with_for_update())


def _refused(asked: CustomerDeletionRequested, refusal: Said) -> CustomerDeletionRefused:
    return CustomerDeletionRefused(
        deletion_id=asked.deletion_id,
        customer_id=asked.customer_id,
        number=asked.number,
        reason=refusal.template,
        params=refusal.params,
    )


def _erase(uow: UnitOfWork, asked: CustomerDeletionRequested) -> CustomerBillingErased:
    """Cancel what runs and what is unpaid; what was paid stays as it is, and names nobody."""
    his = (Payment.customer_id == asked.customer_id) & (Payment.status != "cancelled")
    return CustomerBillingErased(
        deletion_id=asked.deletion_id,
        customer_id=asked.customer_id,
        account_id=asked.account_id,
        number=asked.number,
        memberships=_cancel_memberships(uow, asked.customer_id),
        unpaid=_cancel_unpaid(uow, asked.customer_id),
        payments=uow.session.scalar(select(func.count()).select_from(Payment).where(his)) or 0,
        last_paid_at=_last_paid_at(uow, asked.customer_id),
    )


def _cancel_memberships(uow: UnitOfWork, customer_id: UUID) -> int:
    running = uow.session.scalars(
        select(Membership.id)
        .where(Membership.customer_id == customer_id, Membership.status != "cancelled")
        .order_by(Membership.id)
    ).all()
    for membership_id in running:
        change_status(uow, membership_id, "cancelled")
    return len(running)


def _cancel_unpaid(uow: UnitOfWork, customer_id: UUID) -> int:
    """Ask for nothing more; what failed once could still be paid until now."""
    unpaid = _unpaid(uow, customer_id)
    for payment in unpaid:
        cancel_payment(uow, payment.id, reason="")
    return len(unpaid)


def _unpaid(uow: UnitOfWork, customer_id: UUID) -> Sequence[Payment]:
    his = (Payment.customer_id == customer_id) & Payment.status.in_(PAYABLE)
    found = select(Payment).where(his).order_by(Payment.id).execution_options(populate_existing=True)
    return uow.session.scalars(found).all()


def _hand_over(uow: UnitOfWork, asked: CustomerDeletionRequested, heir_id: UUID) -> CustomerBillingHandedOver:
    """Give it all to the heir, who gets pages of his own to pay on."""
    for payment in _unpaid(uow, asked.customer_id):
        end_page(uow, payment)
    uow.session.flush()
    payments, received = _give_payments(uow, asked.customer_id, heir_id)
    return CustomerBillingHandedOver(
        deletion_id=asked.deletion_id,
        customer_id=asked.customer_id,
        account_id=asked.account_id,
        heir_id=heir_id,
        number=asked.number,
        memberships=_give_memberships(uow, asked.customer_id, heir_id),
        payments=payments,
        received=received,
        last_paid_at=_last_paid_at(uow, asked.customer_id),
    )


def _give_memberships(uow: UnitOfWork, customer_id: UUID, heir_id: UUID) -> int:
    given = uow.session.scalars(
        update(Membership)
        .where(Membership.customer_id == customer_id)
        .values(customer_id=heir_id, modified_at=uow.now)
        .returning(Membership.id)
        .execution_options(synchronize_session=False)
    )
    return len(given.all())


def _give_payments(uow: UnitOfWork, customer_id: UUID, heir_id: UUID) -> tuple[int, list[Money]]:
    """Return how many were given, and what they brought: of the very rows, so no cent is counted twice."""
    given = uow.session.execute(
        update(Payment)
        .where(Payment.customer_id == customer_id)
        .values(
            customer_id=heir_id,
            former_customer_id=func.coalesce(Payment.former_customer_id, customer_id),
            modified_at=uow.now,
        )
        .returning(Payment.currency, Payment.captured, Payment.refunded)
        .execution_options(synchronize_session=False)
    ).all()
    sums: Counter[str] = Counter()
    for row in given:
        sums[row.currency] += row.captured - row.refunded
    return len(given), [
        Money(amount=amount, currency=code) for code, amount in sorted(sums.items()) if amount
    ]


def _last_paid_at(uow: UnitOfWork, customer_id: UUID) -> datetime | None:
    """Return when money of his moved last, in either direction."""
    came = select(func.max(Payment.completed_at)).where(_paid_by(customer_id))
    went = (
        select(func.max(Refund.created_at))
        .join(Payment, (Refund.network_id == Payment.network_id) & (Refund.payment_id == Payment.id))
        .where(_paid_by(customer_id))
    )
    return max(filter(None, (uow.session.scalar(came), uow.session.scalar(went))), default=None)


def _paid_by(customer_id: UUID) -> ColumnElement[bool]:
    """Limit to payments that he made and that brought money, whoever has them now."""
    his = or_(Payment.customer_id == customer_id, Payment.former_customer_id == customer_id)
    return his & (Payment.captured > 0)
