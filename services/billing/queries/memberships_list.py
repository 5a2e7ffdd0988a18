"""The list of memberships: a page of a tab, narrowed; how many every tab holds; batches for a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from kernel.asked_ids import customers_in
from kernel.contracts.memberships import (
    MembershipCounts,
    MembershipListRow,
    MembershipsList,
    MembershipsNarrowed,
    MembershipsQuery,
)
from kernel.contracts.money import Money
from kernel.cursors import Cursor, TimeCursor
from kernel.database import UnitOfWork
from kernel.short_numbers import number_in
from services.billing.memberships.periods import period_of
from services.billing.models import Membership, MembershipCount, MembershipItem, Product
from services.billing.queries.narrowing import days_between
from services.billing.queries.overview import MEMBERSHIP_ROW
from services.billing.queries.paging import Order

LIST = "memberships"
Span = tuple[datetime | None, datetime | None]
COLUMNS = (
    *MEMBERSHIP_ROW,
    Membership.auto_renew,
    Membership.gateway,
    Membership.cancels_at,
    Membership.trial_ends_at,
)


def _place(row: Row[Any]) -> Cursor:
    return TimeCursor(list=LIST, value=row.created_at, id=row.id)


NEWEST: Order[Row[Any]] = Order(
    LIST, (Membership.created_at.expression, Membership.id.expression), TimeCursor, _place, is_descending=True
)


def memberships_list(uow: UnitOfWork, asked: MembershipsQuery) -> MembershipsList:
    """Return a page, newest first, and the tabs' counts; two statements, three where days are asked for.

    Raises CursorNotValid, Invalid.
    """
    page = NEWEST.page(uow.session.execute(NEWEST.narrowed(_found(uow, asked), asked)).all(), asked)
    return MembershipsList(
        items=[listed(row) for row in page.rows], counts=_counts(uow), after=page.after, before=page.before
    )


def batch_after(
    uow: UnitOfWork, asked: MembershipsNarrowed, after: Row[Any] | None, most: int
) -> Sequence[Row[Any]]:
    """Return the next rows of the list, newest first, after the one that was read last."""
    cursor = _place(after).written() if after is not None else None
    place = MembershipsQuery.model_validate(dict(asked) | {"after": cursor})
    narrowed = NEWEST.narrowed(_found(uow, asked), place)
    return uow.session.execute(narrowed.limit(most)).all()


def listed(row: Row[Any]) -> MembershipListRow:
    return MembershipListRow(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        status=row.status,
        product=row.product,
        price=Money(amount=row.amount, currency=row.currency),
        period=period_of(row.period_length, row.period_unit),
        started_at=row.started_at,
        expires_at=row.expires_at,
        created_at=row.created_at,
        waits_for_verification=row.waits_to_be is not None,
        auto_renew=row.auto_renew,
        gateway=row.gateway,
        cancels_at=row.cancels_at,
        trial_ends_at=row.trial_ends_at,
    )


def _counts(uow: UnitOfWork) -> MembershipCounts:
    kept = select(MembershipCount.status, func.sum(MembershipCount.amount)).group_by(MembershipCount.status)
    counted = {str(status): int(amount) for status, amount in uow.session.execute(kept)}
    return MembershipCounts(all=sum(counted.values()), **counted)


def _found(uow: UnitOfWork, asked: MembershipsNarrowed) -> Select[Any]:
    same = (Product.network_id == Membership.network_id) & (Product.id == Membership.product_id)
    found = select(*COLUMNS).join(Product, same).where(*_narrowed(uow, asked))
    return cast("Select[Any]", found)


def _narrowed(uow: UnitOfWork, asked: MembershipsNarrowed) -> list[ColumnElement[bool]]:
    wanted = [*_sought(asked), *_days(uow, asked)]
    if asked.tab != "all":
        wanted.append(Membership.status == asked.tab)
    if asked.gateway:
        wanted.append(Membership.gateway == asked.gateway)
    if asked.product_id:
        wanted.append(_has(asked.product_id))
    return wanted


def _sought(asked: MembershipsNarrowed) -> list[ColumnElement[bool]]:
    """Return that it has the number, or is one of the customers'; words that are neither find nothing."""
    number = number_in(asked.q)
    ways: list[ColumnElement[bool]] = []
    if number is not None:
        ways.append(Membership.number == number)
    if asked.customers:
        ways.append(Membership.customer_id.in_(customers_in(asked.customers)))
    if asked.q.strip() and not ways:
        return [false()]
    return [or_(*ways)] if ways else []


def _has(product_id: UUID) -> ColumnElement[bool]:
    """Whether the product is its plan, or one of those on top of it."""
    return exists().where(
        MembershipItem.network_id == Membership.network_id,
        MembershipItem.membership_id == Membership.id,
        MembershipItem.product_id == product_id,
    )


def _days(uow: UnitOfWork, asked: MembershipsNarrowed) -> list[ColumnElement[bool]]:
    """Return what lies within the days asked for, as the network has its days."""
    created = _within(Membership.created_at, days_between(uow, *asked.created))
    expires = _within(Membership.expires_at, days_between(uow, *asked.expires))
    renews = _renews(days_between(uow, *asked.renews)) if any(asked.renews) else []
    return [*created, *expires, *renews]


def _renews(span: Span) -> list[ColumnElement[bool]]:
    """Return that its next payment is asked for within these days; two ways, each with an index."""
    tried = and_(Membership.status == "trialing", *_within(Membership.trial_ends_at, span))
    paid = and_(Membership.status.in_(("active", "on_hold")), *_within(Membership.expires_at, span))
    return [
        or_(tried, paid),
        Membership.auto_renew.is_(True),
        Membership.cancels_at.is_(None),
        Membership.period_length.is_not(None),
    ]


def _within(
    column: InstrumentedAttribute[datetime | None] | InstrumentedAttribute[datetime], span: Span
) -> list[ColumnElement[bool]]:
    begins, ends = span
    return [*([column >= begins] if begins else []), *([column < ends] if ends else [])]
