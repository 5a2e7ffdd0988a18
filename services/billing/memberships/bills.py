"""What a membership is asked to pay: its lines, and taking a bill back that nobody has paid yet."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import raiseload

from kernel.database import UnitOfWork
from kernel.errors import N_
from services.billing.memberships.paid_time import BILLED
from services.billing.models import Membership, MembershipItem, MembershipPeriod, Payment, Product
from services.billing.models.payments import OPEN
from services.billing.networks import locale
from services.billing.payments.lifecycle import cancel_payment, create_payment
from services.billing.payments.lines import Item
from services.billing.payments.under_way import ChargeUnderWay
from services.billing.settings import rules_of

ENDED = N_("The membership was cancelled before it was paid.")
OTHER_TERMS = N_("The membership was changed before it was paid.")
SETTING_UP = {"en": "Setting up", "sv": "Startavgift"}
"""In the network's language: it stands on an invoice."""


def ask_first(uow: UnitOfWork, membership: Membership) -> Payment | None:
    """Ask for the first payment of a membership, with what setting up costs; None when it costs nothing."""
    items = [Item(product.name, item.unit, item.quantity) for item, product in items_of(uow, membership)]
    listed = sum(item.net for item in items)
    if membership.amount > listed:
        items.append(Item(items[0].description, membership.amount - listed))
    if membership.setup_fee:
        items.append(Item(SETTING_UP.get(locale(uow), SETTING_UP["en"]), membership.setup_fee))
    if not membership.amount + membership.setup_fee:
        return None
    return create_payment(
        uow,
        customer_id=membership.customer_id,
        currency=membership.currency,
        items=items,
        discount=max(listed - membership.amount, 0),
        membership_id=membership.id,
        gateway=membership.gateway,
        kind="first",
        due_at=pay_until(uow),
    )


def withdraw_bills(uow: UnitOfWork, membership: Membership) -> list[Payment]:
    """Cancel what is asked for and not paid of periods; return it. Raises ChargeUnderWay.

    The time that was to be paid for is billed anew by the worker, at whatever the terms are then.
    """
    bills = uow.session.scalars(_unpaid(membership)).all()
    for payment in bills:
        cancel_payment(uow, payment.id, reason=OTHER_TERMS)
    uow.session.flush()
    uow.session.execute(
        delete(MembershipPeriod)
        .where(MembershipPeriod.membership_id == membership.id, MembershipPeriod.granted_at.is_(None))
        .execution_options(synchronize_session=False)
    )
    return list(bills)


def withdraw_all(uow: UnitOfWork, membership: Membership) -> None:
    """Ask for nothing more, but for what is being charged: that cannot be stopped."""
    unpaid = select(Payment.id).where(Payment.membership_id == membership.id, Payment.status.in_(OPEN))
    for payment_id in uow.session.scalars(unpaid.order_by(Payment.id)).all():
        with suppress(ChargeUnderWay), uow.attempt():
            cancel_payment(uow, payment_id, reason=ENDED)


def items_of(uow: UnitOfWork, membership: Membership) -> Sequence[tuple[MembershipItem, Product]]:
    """Return what the membership consists of, the plan first."""
    uow.session.flush()
    same = (Product.network_id == MembershipItem.network_id) & (Product.id == MembershipItem.product_id)
    mine = select(MembershipItem, Product).join(Product, same)
    mine = mine.where(MembershipItem.membership_id == membership.id).options(raiseload(Product.prices))
    rows = uow.session.execute(mine.order_by(MembershipItem.position)).all()
    return [(row[0], row[1]) for row in rows]


def pay_until(uow: UnitOfWork) -> datetime:
    """Return until when somebody who is asked today has to pay."""
    return uow.now + timedelta(days=rules_of(uow).pay_within)


def _unpaid(membership: Membership) -> Select[Payment]:
    """What is asked for time to come: what was given already is owed, whatever comes next."""
    granted = select(MembershipPeriod.payment_id).where(
        MembershipPeriod.membership_id == membership.id,
        MembershipPeriod.granted_at.is_not(None),
        MembershipPeriod.payment_id.is_not(None),
    )
    return (
        select(Payment)
        .where(Payment.membership_id == membership.id, Payment.kind.in_(BILLED), Payment.status.in_(OPEN))
        .where(Payment.id.not_in(granted))
        .order_by(Payment.id)
    )
