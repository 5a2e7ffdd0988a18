"""The timeline: what has happened to a customer, a membership, a payment, a site, or the network."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, tuple_

from kernel.contracts.customers import Timeline, TimelineEntry
from kernel.database import UnitOfWork
from services.customers.models import Account, ApiKey, TimelineLine, TimelineSubject
from services.customers.names import display_name
from services.customers.queries.cursors import TimeCursor

LINES = 20


def timeline(
    uow: UnitOfWork, *, about: UUID | None, after: str | None = None, limit: int = LINES
) -> Timeline:
    """Return what concerns ``about``, newest first, or all of the network; one statement.

    Raises CursorNotValid.
    """
    beside = TimeCursor.read(after, of="timeline", field="after") if after else None
    found = _lines() if about is None else _lines_about(about)
    at, line_id = (
        (TimelineLine.at, TimelineLine.id) if about is None else (TimelineSubject.at, TimelineSubject.line_id)
    )
    if beside is not None:
        found = found.where(tuple_(at, line_id) < (beside.value, beside.id))
    lines = uow.session.execute(found.order_by(at.desc(), line_id.desc()).limit(limit + 1)).all()
    shown = lines[:limit]
    return Timeline(
        items=[_entry_of(line) for line in shown], after=_after(shown) if len(lines) > limit else None
    )


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


def _lines_about(subject_id: UUID) -> Select[Any]:
    concerns = (TimelineSubject.network_id == TimelineLine.network_id) & (
        TimelineSubject.line_id == TimelineLine.id
    )
    return _lines().join(TimelineSubject, concerns).where(TimelineSubject.subject_id == subject_id)


def _entry_of(line: Row[Any]) -> TimelineEntry:
    name = display_name(line.first_name or "", line.last_name or "", username=line.username or "")
    return TimelineEntry(
        id=line.id,
        at=line.at,
        type=line.type,
        actor=line.actor,
        actor_name=name or line.key_name or "",
        facts=line.facts,
    )


def _after(shown: Sequence[Row[Any]]) -> str:
    return TimeCursor(list="timeline", value=shown[-1].at, id=shown[-1].id).written()
