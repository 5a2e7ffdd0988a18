"""What is read of memberships: one with all that may be edited, the list, the history, the times."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, contains_eager

from kernel.contracts import memberships as contracts
from kernel.contracts.money import Money
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.billing.memberships.bills import items_of
from services.billing.memberships.terms import Terms
from services.billing.memberships.transitions import allowed_from, refused_from
from services.billing.models import (
    Membership,
    MembershipChange,
    MembershipPeriod,
    Payment,
    Product,
    ScheduledChange,
)
from services.billing.queries.overview import NEWEST, membership_row, payment_row

HISTORY = 20
PERIODS = 100


def membership(uow: UnitOfWork, membership_id: UUID) -> contracts.Membership:
    """Return a membership with its newest payments. Raises NotFound."""
    row = uow.session.execute(_whole().where(Membership.id == membership_id)).one_or_none()
    if row is None:
        raise NotFound(Membership.missing)
    found = row.Membership
    payments = _payments(uow, found)
    return contracts.Membership(
        **dict(membership_row(found, found.product.name)),
        auto_renew=found.auto_renew,
        gateway=found.gateway,
        trial_ends_at=found.trial_ends_at,
        cancelled_at=found.cancelled_at,
        payments=[payment_row(payment) for payment in payments],
        items=_items(uow, found),
        amount=_money(found, found.amount),
        setup_fee=_money(found, found.setup_fee),
        credit=_money(found, found.credit),
        paid=_money(found, int(row.paid)),
        trial_days=found.trial_days,
        cycles=found.cycles,
        cycles_billed=found.cycles_billed,
        anchor_day=found.anchor_day,
        held_at=found.held_at,
        cancels_at=found.cancels_at,
        cancel_cause=cast(contracts.CancelCause, found.cancel_cause),
        cancel_reason=found.cancel_reason,
        method_id=found.method_id,
        gateway_customer=found.gateway_customer,
        gateway_subscription=found.gateway_subscription,
        resumes_id=found.resumes_id,
        resumed_by_id=row.resumed_by,
        scheduled=_scheduled(found, row.ScheduledChange),
        allowed=allowed_from(found.status),
        refused=refused_from(found.status),
        version=found.version,
    )


def history(uow: UnitOfWork, membership_id: UUID, after: str | None) -> contracts.MembershipHistory:
    """Return who did what to the membership, newest first. Raises NotFound, CursorNotValid."""
    uow.get(Membership, membership_id)
    mine = select(MembershipChange).where(MembershipChange.membership_id == membership_id)
    if after:
        beside = TimeCursor.read(after, of="history", field="after")
        older = (MembershipChange.at == beside.value) & (MembershipChange.id < beside.id)
        mine = mine.where((MembershipChange.at < beside.value) | older)
    newest = mine.order_by(MembershipChange.at.desc(), MembershipChange.id.desc()).limit(HISTORY + 1)
    found = uow.session.scalars(newest).all()
    shown = found[:HISTORY]
    return contracts.MembershipHistory(
        items=[_history_line(row) for row in shown],
        after=TimeCursor(list="history", value=shown[-1].at, id=shown[-1].id).written()
        if len(found) > HISTORY
        else None,
    )


def periods(uow: UnitOfWork, membership_id: UUID) -> contracts.MembershipPeriods:
    """Return the times that the membership had, and those it is asked to pay for. Raises NotFound."""
    found = uow.get(Membership, membership_id)
    mine = select(MembershipPeriod).where(MembershipPeriod.membership_id == membership_id)
    newest = mine.order_by(MembershipPeriod.starts_at.desc(), MembershipPeriod.id.desc()).limit(PERIODS)
    return contracts.MembershipPeriods(
        items=[
            contracts.PeriodLine(
                kind=row.kind,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                amount=_money(found, row.amount),
                payment_id=row.payment_id,
                granted_at=row.granted_at,
            )
            for row in uow.session.scalars(newest)
        ]
    )


def with_product() -> Select[Membership]:
    """Memberships with their product, in the same statement and without its prices."""
    product = contains_eager(Membership.product)
    return select(Membership).join(Membership.product).options(product, product.raiseload(Product.prices))


def _payments(uow: UnitOfWork, found: Membership) -> list[Payment]:
    mine = select(Payment).where(Payment.membership_id == found.id)
    newest = mine.order_by(Payment.created_at.desc(), Payment.id.desc()).limit(NEWEST)
    return list(uow.session.scalars(newest))


def _items(uow: UnitOfWork, found: Membership) -> list[contracts.MembershipItem]:
    return [
        contracts.MembershipItem(
            product_id=item.product_id,
            quantity=item.quantity,
            product=product.name,
            kind=product.kind,
            unit=_money(found, item.unit),
        )
        for item, product in items_of(uow, found)
    ]


def _whole() -> Select[Any]:
    """Memberships with their product, what they brought, who goes on from them, and what is scheduled."""
    net = func.coalesce(func.sum(Payment.captured - Payment.refunded), 0)
    theirs = Payment.membership_id == Membership.id, Payment.currency == Membership.currency
    paid = select(net).where(*theirs).correlate(Membership).scalar_subquery()
    later = aliased(Membership)
    resumed_by = select(later.id).where(later.resumes_id == Membership.id).correlate(Membership)
    waits = (ScheduledChange.network_id == Membership.network_id) & (
        ScheduledChange.membership_id == Membership.id
    )
    return (
        with_product()
        .outerjoin(ScheduledChange, waits & (ScheduledChange.state == "scheduled"))
        .add_columns(ScheduledChange)
        .add_columns(paid.label("paid"), resumed_by.scalar_subquery().label("resumed_by"))
    )


def _scheduled(found: Membership, waiting: ScheduledChange | None) -> contracts.ScheduledChange | None:
    if waiting is None:
        return None
    terms = Terms.of_json(waiting.terms)
    return contracts.ScheduledChange(
        due_at=waiting.due_at,
        products=[
            contracts.ScheduledItem(
                product_id=item.product_id,
                quantity=item.quantity,
                product=item.name,
                unit=_money(found, item.unit),
            )
            for item in terms.items
        ],
        price=_money(found, terms.amount),
        period=terms.period,
        actor=waiting.actor,
        created_at=waiting.created_at,
    )


def _history_line(row: MembershipChange) -> contracts.HistoryLine:
    names = contracts.HistoryLine.model_fields
    return contracts.HistoryLine.model_validate({name: getattr(row, name) for name in names})


def _money(found: Membership, amount: int) -> Money:
    return Money(amount=amount, currency=found.currency)
