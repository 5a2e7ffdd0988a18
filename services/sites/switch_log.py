"""The switch log, newest first: a page of it in one statement."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select, tuple_

from kernel.batches import pages
from kernel.contracts.events import SwitchLogExported
from kernel.contracts.visits import VisitEntry, VisitsPage, VisitsQuery
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork, Units
from kernel.days import span
from kernel.errors import NotFound
from kernel.spreadsheets import pieces_of, time_cell
from services.sites.models import Network, Site, SwitchTicket, Visit

BATCH = 500

COLUMNS: Mapping[str, Callable[[VisitEntry], str]] = {
    "started": lambda visit: time_cell(visit.started_at),
    "ended": lambda visit: time_cell(visit.ended_at),
    "cause": lambda visit: visit.cause,
    "mode": lambda visit: visit.mode,
    "admin": lambda visit: visit.admin,
    "customer": lambda visit: visit.customer,
    "site": lambda visit: visit.site,
    "reason": lambda visit: visit.reason,
}


def switch_log(uow: UnitOfWork, asked: VisitsQuery) -> VisitsPage:
    """Return a page of the log. Raises CursorNotValid."""
    newest = _visits().where(*_narrowed(uow, asked)).order_by(Visit.started_at.desc(), Visit.id.desc())
    found = uow.session.execute(newest.limit(asked.limit + 1)).all()
    shown = [_entry_of(row) for row in found[: asked.limit]]
    return VisitsPage(items=shown, after=_after(shown[-1]) if len(found) > asked.limit else None)


def logged_visit(uow: UnitOfWork, visit_id: UUID) -> VisitEntry:
    """Return one visit, whether it goes on or not. Raises NotFound."""
    found = uow.session.execute(_visits().where(Visit.id == visit_id)).one_or_none()
    if found is None:
        raise NotFound(Visit.missing)
    return _entry_of(found)


def note_export(uow: UnitOfWork, asked: VisitsQuery) -> None:
    """Tell who takes the log along, and narrowed to what."""
    narrowed = asked.model_dump(mode="json", exclude_none=True, exclude={"limit", "after"})
    uow.publish(SwitchLogExported(narrowed={name: str(value) for name, value in narrowed.items()}))


def lines_of(units: Units, asked: VisitsQuery) -> Iterator[bytes]:
    """Give the log as a file, piece by piece, each batch read in a transaction of its own."""
    read = partial(_page, asked.model_copy(update={"limit": BATCH}))
    return pieces_of(COLUMNS, pages(units, read))


def _page(asked: VisitsQuery, uow: UnitOfWork, after: str | None) -> VisitsPage:
    return switch_log(uow, asked.model_copy(update={"after": after}))


def _visits() -> Select[Visit, str, str]:
    return (
        select(Visit, SwitchTicket.reason, Site.title)
        .join(
            SwitchTicket,
            (SwitchTicket.network_id == Visit.network_id) & (SwitchTicket.id == Visit.ticket_id),
        )
        .join(Site, (Site.network_id == Visit.network_id) & (Site.id == Visit.site_id))
    )


def _narrowed(uow: UnitOfWork, asked: VisitsQuery) -> Iterable[ColumnElement[bool]]:
    exact = (
        (Visit.admin_id, asked.admin),
        (Visit.customer_id, asked.customer),
        (Visit.site_id, asked.site),
        (Visit.mode, asked.mode),
    )
    yield from (column == value for column, value in exact if value is not None)
    if asked.is_open is not None:
        yield Visit.ended_at.is_(None) if asked.is_open else Visit.ended_at.is_not(None)
    yield from _between(uow, asked)
    if asked.after:
        beside = TimeCursor.read(asked.after, of="visits", field="after")
        yield tuple_(Visit.started_at, Visit.id) < (beside.value, beside.id)


def _between(uow: UnitOfWork, asked: VisitsQuery) -> Iterable[ColumnElement[bool]]:
    if asked.since is None and asked.until is None:
        return
    zone = ZoneInfo(uow.session.scalars(select(Network.time_zone)).one())
    begins, ends = span(asked.since, asked.until, zone)
    if begins:
        yield Visit.started_at >= begins
    if ends:
        yield Visit.started_at < ends


def _entry_of(row: Any) -> VisitEntry:
    visit: Visit = row.Visit
    return VisitEntry(
        id=visit.id,
        site_id=visit.site_id,
        site=row.title,
        customer_id=visit.customer_id,
        account_id=visit.account_id,
        admin_id=visit.admin_id,
        admin=visit.admin_name,
        customer=visit.customer_name,
        reason=row.reason,
        mode=visit.mode,
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        cause=visit.cause or "",
    )


def _after(visit: VisitEntry) -> str:
    return TimeCursor(list="visits", value=visit.started_at, id=visit.id).written()
