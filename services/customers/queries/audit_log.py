"""The audit log, newest first: a page of it in two statements, the lines and the names in them."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select, tuple_

from kernel.auth import id_of_actor
from kernel.contracts.audit import AuditEntry, AuditPage, AuditQuery
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from kernel.days import span
from services.customers.models import AuditLine, Network
from services.customers.queries.called import GONE, Names, names_of


def audit_log(uow: UnitOfWork, asked: AuditQuery) -> AuditPage:
    """Return a page of the log. Raises CursorNotValid."""
    newest = select(AuditLine).order_by(AuditLine.at.desc(), AuditLine.id.desc()).limit(asked.limit + 1)
    lines = uow.session.scalars(newest.where(*_narrowed(uow, asked))).all()
    shown = lines[: asked.limit]
    names = names_of(uow, _mentioned(shown))
    return AuditPage(
        items=[_entry_of(line, names) for line in shown],
        after=_after(shown[-1]) if len(lines) > asked.limit else None,
    )


def _narrowed(uow: UnitOfWork, asked: AuditQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.action:
        wanted.append(AuditLine.action == asked.action)
    if asked.actor:
        actors = (f"account:{asked.actor}", f"api-key:{asked.actor}")
        wanted.append(or_(AuditLine.actor.in_(actors), AuditLine.impersonator == asked.actor))
    if asked.about:
        wanted.append(AuditLine.object_id == asked.about)
    wanted += _between(uow, asked.since, asked.until)
    if asked.after:
        beside = TimeCursor.read(asked.after, of="audit", field="after")
        wanted.append(tuple_(AuditLine.at, AuditLine.id) < (beside.value, beside.id))
    return wanted


def _between(uow: UnitOfWork, since: date | None, until: date | None) -> Iterable[ColumnElement[bool]]:
    if since is None and until is None:
        return
    zone = ZoneInfo(uow.session.scalar(select(Network.time_zone)) or "UTC")
    begins, ends = span(since, until, zone)
    if begins:
        yield AuditLine.at >= begins
    if ends:
        yield AuditLine.at < ends


def _mentioned(lines: Sequence[AuditLine]) -> set[UUID]:
    actors = {line.impersonator or id_of_actor(line.actor) for line in lines}
    return {mentioned for mentioned in actors | {line.object_id for line in lines} if mentioned}


def _entry_of(line: AuditLine, names: Names) -> AuditEntry:
    actor_id = line.impersonator or id_of_actor(line.actor)
    object_kind, object_name = names.get(line.object_id, GONE)
    return AuditEntry(
        id=line.id,
        at=line.at,
        action=line.action,
        actor=line.actor,
        actor_id=actor_id,
        actor_name=names.get(actor_id, GONE)[1] if actor_id else "",
        impersonator=line.impersonator,
        ip=line.ip,
        object_id=line.object_id,
        object_kind=object_kind,
        object_name=object_name,
        before=line.before,
        after=line.after,
        details=line.details,
    )


def _after(line: AuditLine) -> str:
    return TimeCursor(list="audit", value=line.at, id=line.id).written()
