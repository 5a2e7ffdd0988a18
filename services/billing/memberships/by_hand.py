"""Make a membership by hand, of several products, and begin a cancelled one anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.memberships import NewMembership, ProductQuantity, ResubscribeOrder
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Invalid
from kernel.ids import new_id
from kernel.tombstones import require_alive
from services.billing.memberships.bills import ask_first
from services.billing.memberships.edits import convert_to_lifetime
from services.billing.memberships.history import record
from services.billing.memberships.lifecycle import activate_membership, open_membership
from services.billing.memberships.moving_dates import move_end
from services.billing.memberships.paid_time import grant, has_paid_rest, take_back
from services.billing.memberships.terms import TermsItem, priced, terms_of
from services.billing.memberships.times import Stretch, count_from
from services.billing.models import DepartedCustomer, Membership, MembershipItem, Product
from services.billing.networks import time_zone


class NotStartable(Invalid):
    """What is asked for contradicts itself."""


class NotResumable(Conflict):
    """The membership is not cancelled, or somebody has subscribed again already."""


def add_membership(uow: UnitOfWork, new: NewMembership) -> Membership:
    """Make a membership by hand. Raises Departed, TermsNotValid, NotSoldThatWay, NotStartable."""
    uow.identity.require("billing.edit")
    require_alive(uow, DepartedCustomer, new.customer_id)
    _check(uow, new)
    items = priced(uow, new.products, currency=new.currency, period=new.period, kept={})
    products = [uow.get(Product, item.product_id) for item in items]
    listed = sum(item.unit * item.quantity for item in items)
    membership = open_membership(
        uow,
        customer_id=new.customer_id,
        product=products[0],
        items=_rows(items),
        price=Money(amount=listed if new.amount is None else new.amount, currency=new.currency),
        period=new.period,
        trial_days=_trial_days(new, products),
        auto_renew=new.auto_renew and new.period is not None,
        gateway=new.gateway,
        setup_fee=_setup_fee(new, products),
        cycles=products[0].cycles if new.period else None,
    )
    record(uow, membership, act="add", after=terms_of(uow, membership).as_json())
    _set_going(uow, membership, new)
    return membership


def resubscribe(uow: UnitOfWork, membership_id: UUID, order: ResubscribeOrder) -> Membership:
    """Begin a new membership that goes on from a cancelled one: same customer, products and period.

    Time that was paid for and is left goes over to it, and the next payment is due when that ends; else its
    first payment is asked for, and starts it. Raises NotResumable, Departed, NotSoldThatWay.
    """
    uow.identity.require("billing.edit")
    require_alive(uow, DepartedCustomer, uow.get(Membership, membership_id).customer_id)
    old = uow.get(Membership, membership_id, lock=True)
    _require_resumable(uow, old)
    before = terms_of(uow, old)
    kept = {item.product_id: item for item in before.items} if order.price == "keep" else {}
    wanted = tuple(
        ProductQuantity(product_id=item.product_id, quantity=item.quantity) for item in before.items
    )
    items = priced(uow, wanted, currency=old.currency, period=old.period, kept=kept, price=order.price)
    listed = sum(item.unit * item.quantity for item in items)
    membership = open_membership(
        uow,
        customer_id=old.customer_id,
        product=uow.get(Product, items[0].product_id),
        items=_rows(items),
        price=Money(amount=old.amount if order.price == "keep" else listed, currency=old.currency),
        period=old.period,
        trial_days=0,
        auto_renew=old.period is not None,
        gateway=old.gateway,
        cycles=old.cycles,
        resumes_id=old.id,
    )
    record(uow, membership, act="resubscribe", after={"resumes": old.number})
    if old.expires_at is not None and old.period is not None and has_paid_rest(uow, old):
        _take_over_time(uow, old, membership, old.expires_at)
    else:
        _ask_or_activate(uow, membership)
    return membership


def _set_going(uow: UnitOfWork, membership: Membership, new: NewMembership) -> None:
    if new.is_lifetime:
        convert_to_lifetime(uow, membership.id)
    if new.status == "active":
        activate_membership(uow, membership.id)
        if new.expires_at is not None and membership.expires_at is not None:
            move_end(uow, membership, new.expires_at)
    elif new.asks and membership.waits_to_be is None and membership.status == "pending":
        _ask_or_activate(uow, membership)


def _ask_or_activate(uow: UnitOfWork, membership: Membership) -> None:
    """Ask for the first payment; what costs nothing begins without one."""
    if ask_first(uow, membership) is None:
        activate_membership(uow, membership.id)


def _take_over_time(uow: UnitOfWork, old: Membership, membership: Membership, until: datetime) -> None:
    """Let the new one have what is left of the old one's time; what it is worth goes over with it."""
    anchor, worth = old.anchor_at, take_back(uow, old, uow.now)
    old.expires_at = uow.now
    record(uow, old, act="resubscribe", before={"expires_at": until}, after={"resumed_by": membership.number})
    grant(uow, membership, None, Stretch(uow.now, until), kind="change", amount=worth, payment_id=None)
    count_from(membership, anchor or until, time_zone(uow))
    activate_membership(uow, membership.id)


def _require_resumable(uow: UnitOfWork, old: Membership) -> None:
    if old.status != "cancelled":
        raise NotResumable(N_("Only a cancelled membership is begun anew. This one can be activated."))
    number = uow.session.scalar(select(Membership.number).where(Membership.resumes_id == old.id))
    if number is not None:
        raise NotResumable(N_("Membership %(number)s goes on from this one already."), number=number)


def _check(uow: UnitOfWork, new: NewMembership) -> None:
    wrong = {}
    if new.is_lifetime and new.expires_at is not None:
        wrong["expires_at"] = N_("A membership that never ends has no end.")
    elif new.expires_at is not None and new.status != "active":
        wrong["expires_at"] = N_("Only a membership that is active from the start can end at a chosen time.")
    elif new.expires_at is not None and new.expires_at <= uow.now:
        wrong["expires_at"] = N_("Choose a time after now.")
    if wrong:
        raise NotStartable(N_("The membership is not made."), fields=wrong)


def _rows(items: tuple[TermsItem, ...]) -> list[MembershipItem]:
    return [
        MembershipItem(
            id=new_id(), product_id=item.product_id, position=position, quantity=item.quantity, unit=item.unit
        )
        for position, item in enumerate(items, start=1)
    ]


def _trial_days(new: NewMembership, products: list[Product]) -> int:
    """Return how long the trial is: as asked for, else the shortest that every product has."""
    if new.status == "active" or new.is_lifetime or new.period is None:
        return 0
    return min(product.trial_days for product in products) if new.trial_days is None else new.trial_days


def _setup_fee(new: NewMembership, products: list[Product]) -> int:
    quantities = {wanted.product_id: wanted.quantity for wanted in new.products}
    return sum(
        price.setup_fee * quantities[product.id]
        for product in products
        for price in product.prices
        if (price.currency, price.period) == (new.currency, new.period)
    )
