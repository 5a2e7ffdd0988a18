"""Bill the time that comes next, or let it simply go on where nothing is to pay.

A period is unique by membership, beginning and kind: the database refuses to bill it a second time.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from kernel.contracts.events import RenewalAsked
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.agenda.snapshots import read
from services.billing.agenda.steps import Snapshot
from services.billing.invoices.issuing import hold_series
from services.billing.invoices.of_payments import send_invoice
from services.billing.memberships.bills import SETTING_UP
from services.billing.memberships.credits import use_credit
from services.billing.memberships.paid_time import end_of_period, grant
from services.billing.memberships.times import Stretch
from services.billing.models import Membership, MembershipItem, MembershipPeriod, Payment, Product
from services.billing.models.periods import PeriodKind
from services.billing.networks import locale
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item


class NothingToAskAgain(Conflict):
    """The payment of the time that comes next was not cancelled, or the membership is over."""


def bill_next(uow: UnitOfWork, membership: Membership, known: Snapshot) -> Payment:
    """Ask for the payment of the time that comes next, and say so; credit pays first, maybe all of it.

    A renewal that cannot be charged is asked for by its invoice, which carries the link to pay by.
    """
    ends_at = known.ends_at
    if ends_at is None:
        raise ValueError("What never ends has nothing to be billed.")
    kind = _kind_of(membership)
    is_invoiced = kind == "renewal" and not known.can_charge
    if is_invoiced:
        hold_series(uow, "invoice")
    period = _new_period(uow, membership, kind, ends_at)
    payment = _ask(uow, membership, kind, ends_at)
    for line in payment.lines:
        line.starts_at, line.ends_at = period.starts_at, period.ends_at
    uow.session.flush()
    period.payment_id = payment.id
    if not payment.total:
        return complete_payment(uow, payment.id)
    if is_invoiced:
        send_invoice(uow, payment.id)
    # Who is charged this very minute is told of that instead.
    if not known.can_charge or uow.now < ends_at:
        uow.publish(_asked(uow, membership, payment, known))
    return payment


def ask_again(uow: UnitOfWork, membership_id: UUID) -> None:
    """Ask for the time that comes next although its payment was cancelled. Raises NothingToAskAgain."""
    membership = uow.get(Membership, membership_id, lock=True)
    bill = read(uow, membership).snapshot.bill
    if bill is None or bill.is_open:
        raise NothingToAskAgain(N_("Nothing was cancelled here that could be asked for again."))
    mine = MembershipPeriod.membership_id == membership.id
    forget = delete(MembershipPeriod).where(mine, MembershipPeriod.granted_at.is_(None))
    uow.session.execute(forget.execution_options(synchronize_session=False))
    membership.modified_at = uow.now


def go_on(uow: UnitOfWork, membership: Membership, ends_at: datetime) -> None:
    """Give the next period of a membership that costs nothing."""
    stretch = Stretch(ends_at, end_of_period(uow, membership, ends_at))
    grant(uow, membership, None, stretch, kind=_kind_of(membership), amount=0, payment_id=None)
    membership.modified_at = uow.now


def product_of(uow: UnitOfWork, membership: Membership) -> str:
    """Return the name of what the membership is of."""
    return uow.session.scalars(select(Product.name).where(Product.id == membership.product_id)).one()


def _kind_of(membership: Membership) -> PeriodKind:
    return "first" if membership.status == "trialing" else "renewal"


def _new_period(
    uow: UnitOfWork, membership: Membership, kind: PeriodKind, starts_at: datetime
) -> MembershipPeriod:
    period = MembershipPeriod(
        id=new_id(),
        membership_id=membership.id,
        kind=kind,
        starts_at=starts_at,
        ends_at=end_of_period(uow, membership, starts_at),
        amount=membership.amount,
        created_at=uow.now,
    )
    uow.add(period)
    uow.session.flush()
    return period


def _ask(uow: UnitOfWork, membership: Membership, kind: PeriodKind, due_at: datetime) -> Payment:
    """Ask for what the membership consists of, as agreed; the first time with what setting up costs."""
    items = _items(uow, membership)
    listed = sum(item.net for item in items)
    if membership.amount > listed:
        items.append(Item(items[0].description, membership.amount - listed))
    if kind == "first" and membership.setup_fee:
        items.append(Item(SETTING_UP.get(locale(uow), SETTING_UP["en"]), membership.setup_fee))
    cheaper = max(listed - membership.amount, 0)
    credit = use_credit(membership, sum(item.net for item in items) - cheaper)
    payment = create_payment(
        uow,
        customer_id=membership.customer_id,
        currency=membership.currency,
        items=items,
        discount=cheaper + credit,
        membership_id=membership.id,
        gateway=membership.gateway,
        kind="first" if kind == "first" else "renewal",
        due_at=due_at,
    )
    payment.credit = credit
    return payment


def _items(uow: UnitOfWork, membership: Membership) -> list[Item]:
    same = (Product.network_id == MembershipItem.network_id) & (Product.id == MembershipItem.product_id)
    mine = (
        select(Product.name, MembershipItem.unit, MembershipItem.quantity)
        .join(MembershipItem, same)
        .where(MembershipItem.membership_id == membership.id)
        .order_by(MembershipItem.position)
    )
    return [Item(row.name, row.unit, row.quantity) for row in uow.session.execute(mine)]


def _asked(uow: UnitOfWork, membership: Membership, payment: Payment, known: Snapshot) -> RenewalAsked:
    return RenewalAsked(
        membership_id=membership.id,
        customer_id=membership.customer_id,
        payment_id=payment.id,
        number=membership.number,
        payment_number=payment.number,
        product=product_of(uow, membership),
        total=payment.money(payment.total),
        due_at=payment.due_at or uow.now,
        is_trial=membership.status == "trialing",
        is_charged=known.can_charge,
    )
