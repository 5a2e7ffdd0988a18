"""Bill the time that comes next, or let it simply go on where nothing is to pay.

A period is unique by membership, beginning and kind: the database refuses to bill it a second time.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from kernel.contracts.billing import Period
from kernel.contracts.events import RenewalAsked
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.lines import Item
from services.billing.models import Membership, MembershipItem, MembershipPeriod, Payment, Product
from services.billing.models.periods import PeriodKind
from services.billing.networks import locale, time_zone
from services.billing.payments import create_payment
from services.billing.renewal_dates import following
from services.billing.snapshots import read
from services.billing.steps import Snapshot

WORDS = {
    "en": {"setup_fee": "Setting up", "adjustment": "Adjustment to the agreed price"},
    "sv": {"setup_fee": "Startavgift", "adjustment": "Justering till avtalat pris"},
}
"""In the network's language: they stand on an invoice."""


class NothingToAskAgain(Conflict):
    """The payment of the time that comes next was not cancelled, or the membership is over."""


class AlreadyBilled(RuntimeError):
    """The period was billed and paid, and yet is to be billed: somebody forgot to give the time."""


def bill_next(uow: UnitOfWork, membership: Membership, known: Snapshot) -> Payment:
    """Ask for the payment of the time that comes next, and say so. Raises AlreadyBilled."""
    if known.ends_at is None:
        raise AlreadyBilled(f"Membership {membership.id} has no end that a bill could be due at.")
    period = new_period(uow, membership, known)
    payment = create_payment(
        uow,
        customer_id=membership.customer_id,
        currency=membership.currency,
        items=_items(uow, membership, period.kind),
        discount=_discount(membership),
        membership_id=membership.id,
        gateway=membership.gateway,
        kind="first" if period.kind == "first" else "renewal",
        due_at=known.ends_at,
    )
    for line in payment.lines:
        line.starts_at, line.ends_at = period.starts_at, period.ends_at
    uow.session.flush()
    period.payment_id = payment.id
    # Who is charged this very minute is told of that instead.
    if not known.can_charge or uow.now < known.ends_at:
        uow.publish(_asked(uow, membership, payment, known))
    return payment


def ask_again(uow: UnitOfWork, membership_id: UUID) -> None:
    """Ask for the time that comes next although its payment was cancelled. Raises NothingToAskAgain."""
    membership = uow.get(Membership, membership_id, lock=True)
    bill = read(uow, membership).snapshot.bill
    if bill is None or bill.is_open:
        raise NothingToAskAgain(N_("Nothing was cancelled here that could be asked for again."))
    cancelled = select(Payment.id).where(
        Payment.membership_id == membership.id, Payment.status == "cancelled"
    )
    mine = MembershipPeriod.membership_id == membership.id
    forget = delete(MembershipPeriod).where(mine, MembershipPeriod.payment_id.in_(cancelled))
    uow.session.execute(forget.execution_options(synchronize_session=False))
    membership.modified_at = uow.now


def go_on(uow: UnitOfWork, membership: Membership, known: Snapshot) -> None:
    """Give the next period of a membership that costs nothing."""
    period = new_period(uow, membership, known)
    membership.expires_at = period.ends_at
    membership.cycles_billed += 1
    membership.modified_at = uow.now


def new_period(uow: UnitOfWork, membership: Membership, known: Snapshot) -> MembershipPeriod:
    """Write down the period that comes next. Raises AlreadyBilled when it stands there already."""
    starts_at = known.ends_at or uow.now
    kind: PeriodKind = "first" if membership.status == "trialing" else "renewal"
    same = select(MembershipPeriod.id).where(
        MembershipPeriod.membership_id == membership.id,
        MembershipPeriod.starts_at == starts_at,
        MembershipPeriod.kind == kind,
    )
    if uow.session.scalar(same) is not None:
        raise AlreadyBilled(f"The period of membership {membership.id} from {starts_at} was billed before.")
    period = MembershipPeriod(
        id=new_id(),
        membership_id=membership.id,
        kind=kind,
        starts_at=starts_at,
        ends_at=_ends_at(uow, membership, starts_at),
        created_at=uow.now,
    )
    uow.add(period)
    uow.session.flush()
    return period


def product_of(uow: UnitOfWork, membership: Membership) -> str:
    """Return the name of what the membership is of."""
    return uow.session.scalars(select(Product.name).where(Product.id == membership.product_id)).one()


def _ends_at(uow: UnitOfWork, membership: Membership, starts_at: datetime) -> datetime | None:
    period: Period | None = membership.period
    if period is None:
        return None
    zone = time_zone(uow)
    if membership.anchor_day is None:
        began = starts_at if membership.status == "trialing" else membership.started_at or starts_at
        membership.anchor_day = began.astimezone(zone).day
    return following(period, starts_at, anchor_day=membership.anchor_day, zone=zone)


def _items(uow: UnitOfWork, membership: Membership, kind: PeriodKind) -> list[Item]:
    """Return what the membership consists of, as agreed; the first time with what setting up costs."""
    words = WORDS.get(locale(uow), WORDS["en"])
    named = (
        select(MembershipItem, Product.name)
        .join(
            Product,
            (Product.network_id == MembershipItem.network_id) & (Product.id == MembershipItem.product_id),
        )
        .where(MembershipItem.membership_id == membership.id)
        .order_by(MembershipItem.position)
    )
    items = [Item(name, item.unit, item.quantity) for item, name in uow.session.execute(named)]
    lacking = membership.amount - _listed(membership)
    if lacking > 0:
        items.append(Item(words["adjustment"], lacking))
    if kind == "first" and membership.setup_fee:
        items.append(Item(words["setup_fee"], membership.setup_fee))
    return items


def _listed(membership: Membership) -> int:
    return sum(item.unit * item.quantity for item in membership.items)


def _discount(membership: Membership) -> int:
    """Return what its items cost more than was agreed on for the whole."""
    return max(_listed(membership) - membership.amount, 0)


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
