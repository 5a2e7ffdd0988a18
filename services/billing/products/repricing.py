"""Give running memberships the new price of their product, from their next period on.

Price changes never touch a membership by themselves; this is how somebody asks for it.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select

from kernel.contracts import repricing as contract
from kernel.contracts.billing import Period
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.memberships.changes import schedule_price
from services.billing.models import Membership, MembershipItem, Price, Product, Repricing, ScheduledChange
from services.billing.products.changes import ChangedMeanwhile

BATCH = 50
RUNNING = ("trialing", "active", "on_hold")


class RepricingUnderWay(Conflict):
    """An earlier order for the same product is still being carried out."""


class NothingToReprice(Conflict):
    """No running membership has another price than the product."""


def preview(uow: UnitOfWork, product_id: UUID) -> contract.RepricingPreview:
    """Return how many memberships would change, and from which price to which. Raises NotFound."""
    product = uow.get(Product, product_id)
    unit, price = MembershipItem.unit, Price.amount
    terms = (Price.currency, Price.period_length, Price.period_unit, unit, price)
    counted = _may_change(uow).label("may"), func.count().label("n")
    others = _at_another_price(product_id, *terms, *counted).group_by(*terms, "may")
    rows = uow.session.execute(others.order_by(*terms)).all()
    last = select(Repricing).where(Repricing.product_id == product_id).order_by(Repricing.created_at.desc())
    newest = uow.session.scalar(last.limit(1))
    return contract.RepricingPreview(
        steps=[_step(row) for row in rows if row.may],
        left_alone=sum(row.n for row in rows if not row.may),
        version=product.version,
        last=_said(newest) if newest else None,
    )


def order(uow: UnitOfWork, product_id: UUID, *, seen: int) -> contract.Repricing:
    """Have the memberships changed by the worker. Safe to repeat: who has the price is not touched again.

    Raises ChangedMeanwhile, RepricingUnderWay, NothingToReprice. The product's lock lets two admins queue up.
    """
    uow.identity.require("billing.edit")
    product = uow.get(Product, product_id, lock=True)
    if product.version != seen:
        raise ChangedMeanwhile(N_("Somebody else saved this product meanwhile. Nothing is saved."))
    found = preview(uow, product_id)
    if found.last is not None and found.last.finished_at is None:
        raise RepricingUnderWay(N_("The price is being given to running memberships already."))
    if not found.memberships:
        raise NothingToReprice(N_("No running membership would change."))
    row = Repricing(
        id=new_id(),
        product_id=product_id,
        version=product.version,
        actor=uow.identity.actor,
        impersonator=uow.identity.impersonator,
        expected=found.memberships,
        changed=0,
        passed_over=0,
        is_stopped=False,
        created_at=uow.now,
    )
    uow.add(row)
    uow.ring("repricing", row.id)
    return _said(row)


def advance(uow: UnitOfWork, repricing: Repricing) -> bool:
    """Change the next memberships; False when that was all. The caller has locked the order."""
    product = uow.get(Product, repricing.product_id)
    repricing.is_stopped = product.version != repricing.version
    batch = [] if repricing.is_stopped else _next(uow, repricing)
    for membership_id, unit in batch:
        try:
            with uow.attempt():
                schedule_price(uow, membership_id, product_id=product.id, unit=unit)
            repricing.changed += 1
        except Conflict:
            # It was cancelled or changed since it was looked at, or money of it moves right now.
            repricing.passed_over += 1
        repricing.last_id = membership_id
    if len(batch) < BATCH:
        repricing.finished_at = uow.now
    return len(batch) == BATCH


def _next(uow: UnitOfWork, repricing: Repricing) -> list[tuple[UUID, int]]:
    found = _at_another_price(repricing.product_id, Membership.id, Price.amount).where(_may_change(uow))
    if repricing.last_id is not None:
        found = found.where(Membership.id > repricing.last_id)
    return [(row[0], row[1]) for row in uow.session.execute(found.order_by(Membership.id).limit(BATCH))]


def _at_another_price(product_id: UUID, *columns: Any) -> Select[Any]:
    """Running memberships with the product, at a price that is not the product's own for their period."""
    item = and_(
        MembershipItem.network_id == Membership.network_id, MembershipItem.membership_id == Membership.id
    )
    price = and_(
        Price.network_id == Membership.network_id,
        Price.product_id == MembershipItem.product_id,
        Price.currency == Membership.currency,
        Price.period_length == Membership.period_length,
        Price.period_unit == Membership.period_unit,
    )
    return (
        select(*columns)
        .select_from(Membership)
        .join(MembershipItem, item)
        .join(Price, price)
        .where(
            MembershipItem.product_id == product_id,
            MembershipItem.unit != Price.amount,
            Membership.status.in_(RUNNING),
        )
    )


def _may_change(uow: UnitOfWork) -> Any:
    """Whether it goes on after a time that runs, at the price of its products and with no change to come."""
    listed = (
        select(func.sum(MembershipItem.unit * MembershipItem.quantity))
        .where(
            MembershipItem.network_id == Membership.network_id,
            MembershipItem.membership_id == Membership.id,
        )
        .correlate(Membership)
        .scalar_subquery()
    )
    awaited = (
        select(ScheduledChange.id)
        .where(
            ScheduledChange.network_id == Membership.network_id,
            ScheduledChange.membership_id == Membership.id,
            ScheduledChange.state == "scheduled",
        )
        .exists()
    )
    ends_at = case((Membership.status == "trialing", Membership.trial_ends_at), else_=Membership.expires_at)
    runs = func.coalesce(ends_at > uow.now, False)
    return and_(runs, Membership.cancels_at.is_(None), Membership.amount == listed, ~awaited)


def _step(row: Any) -> contract.PriceStep:
    return contract.PriceStep(
        before=Money(amount=row.unit, currency=row.currency),
        after=Money(amount=row.amount, currency=row.currency),
        period=Period(length=row.period_length, unit=row.period_unit),
        memberships=row.n,
    )


def _said(row: Repricing) -> contract.Repricing:
    return contract.Repricing(
        product_id=row.product_id,
        expected=row.expected,
        changed=row.changed,
        passed_over=row.passed_over,
        is_stopped=row.is_stopped,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
