"""The timeline: what has happened to a customer, a membership, a payment, a site, or the network."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Select, Text, any_, bindparam, literal_column, select, tuple_

from kernel.contracts.customers import Timeline, TimelineEntry, VisitChangesQuery
from kernel.contracts.timeline import EventKind, types_of
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from kernel.prepared import Prepared
from services.customers.models import Account, ApiKey, TimelineLine, TimelineSubject
from services.customers.profiles.names import display_name
from services.customers.queries.called import GONE, Names, names_of

LINES = 20


def timeline(
    uow: UnitOfWork,
    *,
    about: UUID | None,
    after: str | None = None,
    kind: EventKind | None = None,
    limit: int = LINES,
) -> Timeline:
    """Return what concerns ``about``, newest first; one statement. Of the whole network: two.

    Raises CursorNotValid.
    """
    beside = TimeCursor.read(after, of="timeline", field="after") if after else None
    values: dict[str, object] = {"about": about} if about else {}
    if kind is not None:
        values["types"] = list(types_of(kind))
    if beside is not None:
        values |= {"beside_at": beside.value, "beside_id": beside.id}
    lines = _page(about is not None, beside is not None, kind is not None, limit + 1).all(uow, **values)
    shown = lines[:limit]
    names = {} if about else names_of(uow, {concerned for line in shown if (concerned := _concerned(line))})
    return Timeline(
        items=[_entry_of(line, names) for line in shown], after=_after(shown) if len(lines) > limit else None
    )


def done_on_visit(uow: UnitOfWork, asked: VisitChangesQuery) -> Timeline:
    """Return what an admin did in a customer's place, oldest first: lines in the customer's name, by him."""
    lines = DONE_ON_VISIT.all(
        uow,
        about=asked.customer_id,
        actor=f"account:{asked.account_id}",
        admin=asked.admin_id,
        since=asked.since,
        until=asked.until,
    )
    return Timeline(items=[_entry_of(line, {}) for line in lines], after=None)


@cache
def _page(has_subject: bool, is_beside: bool, has_kind: bool, most: int) -> Prepared:
    """Return the statement of one page."""
    found = _lines_about() if has_subject else _lines()
    at, line_id = (
        (TimelineSubject.at, TimelineSubject.line_id) if has_subject else (TimelineLine.at, TimelineLine.id)
    )
    if is_beside:
        there = tuple_(bindparam("beside_at", type_=at.type), bindparam("beside_id", type_=line_id.type))
        found = found.where(tuple_(at, line_id) < there)
    if has_kind:
        found = found.where(TimelineLine.type == any_(bindparam("types", type_=ARRAY(Text))))
    return Prepared(found.order_by(at.desc(), line_id.desc()).limit(literal_column(str(most))))


def _lines() -> Select[Any]:
    return (
        select(
            TimelineLine.id,
            TimelineLine.at,
            TimelineLine.type,
            TimelineLine.actor,
            TimelineLine.facts,
            Account.first_name,
            Account.last_name,
            Account.username,
            ApiKey.name.label("key_name"),
        )
        .select_from(TimelineLine)
        .outerjoin(
            Account, (Account.network_id == TimelineLine.network_id) & (Account.id == TimelineLine.actor_id)
        )
        .outerjoin(
            ApiKey, (ApiKey.network_id == TimelineLine.network_id) & (ApiKey.id == TimelineLine.actor_id)
        )
    )


def _lines_about() -> Select[Any]:
    concerns = (TimelineSubject.network_id == TimelineLine.network_id) & (
        TimelineSubject.line_id == TimelineLine.id
    )
    return _lines().join(TimelineSubject, concerns).where(TimelineSubject.subject_id == bindparam("about"))


MOST_ON_VISIT = 500
DONE_ON_VISIT = Prepared(
    _lines_about()
    .where(
        TimelineLine.actor == bindparam("actor"),
        TimelineLine.actor_id == bindparam("admin"),
        TimelineSubject.at.between(bindparam("since"), bindparam("until")),
    )
    .order_by(TimelineSubject.at, TimelineSubject.line_id)
    .limit(literal_column(str(MOST_ON_VISIT)))
)


def _concerned(line: Row[Any]) -> UUID | None:
    """Return the customer that the event is about, or else the account."""
    said = line.facts.get("customer_id") or line.facts.get("account_id")
    return UUID(said) if said else None


def _entry_of(line: Row[Any], names: Names) -> TimelineEntry:
    concerned = _concerned(line)
    name = display_name(line.first_name or "", line.last_name or "", username=line.username or "")
    return TimelineEntry(
        id=line.id,
        at=line.at,
        type=line.type,
        actor=line.actor,
        actor_name=name or line.key_name or "",
        facts=line.facts,
        about_name=names.get(concerned, GONE)[1] if concerned else "",
    )


def _after(shown: Sequence[Row[Any]]) -> str:
    return TimeCursor(list="timeline", value=shown[-1].at, id=shown[-1].id).written()
