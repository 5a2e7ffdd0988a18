"""Listeners: read the events log in order, and move the cursor in the transaction of the effect.

A batch is handled in one transaction. When an event of it fails, the batch is rolled back and
gone through one by one: what comes before the failing event is kept, the failing one is tried
again later and, after ``PATIENCE`` tries, parked, so that the others go on.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, get_args
from uuid import UUID

import structlog
from sqlalchemy import Row, exists, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel import clock, metrics
from kernel.auth import Identity
from kernel.contracts.events import Happened, Recorded
from kernel.database import Database, UnitOfWork
from kernel.log import ASKED, OPEN, PARKED, CursorRow, EventRow, ParkedEvent, raw_of, recorded_of

BATCH = 300  # events a commit
PATIENCE = 5  # tries before an event is parked
BACK_OFF = (1, 5, 30, 120)  # seconds between the tries
END = 2**62  # after every position of a transaction
HORIZON = text("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")

log = structlog.get_logger()

Handler = Callable[[UnitOfWork, Any, Recorded], None]


class LogOutOfStep(RuntimeError):
    """A cursor is ahead of the server that holds the log: it was restored from a dump, or moved."""


@dataclass
class Listener:
    """The door ``atoll.listeners``: a named reader of the log with its own cursor per source.

    ``home`` is the database it writes to. ``start`` says where a new one begins: with all that
    was ever logged, or with what comes from now on.
    """

    name: str
    home: str
    start: Literal["beginning", "now"] = "beginning"
    handlers: dict[str, Handler] = field(default_factory=dict)

    def to(self, *events: type[Happened]) -> Callable[[Handler], Handler]:
        """Register the function that handles these events."""

        def register(handler: Handler) -> Handler:
            for one in events:
                kind = get_args(one.model_fields["type"].annotation)[0]
                if kind in self.handlers:
                    raise ValueError(f"The listener {self.name} already handles {kind}.")
                self.handlers[kind] = handler
            return handler

        return register

    def handle(self, uow: UnitOfWork, recorded: Recorded) -> None:
        """Handle one event on behalf of its network."""
        uow.act_for(Identity.worker(recorded.network_id))
        self.handlers[recorded.event.type](uow, recorded.event, recorded)


@dataclass(frozen=True)
class Lag:
    """How far a listener is behind one source: events it has not handled yet, and what it stumbled on."""

    listener: str
    source: str
    waiting: int
    parked: int
    last_error: str


@dataclass(frozen=True)
class Page:
    """Rows of the log in their order, and where a cursor stands that has passed them."""

    rows: list[Row[Any]]
    reached: tuple[int, int]


def advance(listener: Listener, source: Database, home: Database, limit: int = BATCH) -> int:
    """Handle the next events of ``source``, at most ``limit``; return how many were handled.

    Only one run at a time gets the cursor's lock; the others return 0 at once. Safe to be killed
    at any line: cursor and effect are one transaction.
    """
    try:
        done = _advance(listener, source, home, limit)
    except Exception as reason:
        said = type(reason).__name__
        log.warning("batch failed, going one by one", listener=listener.name, source=source.name, error=said)
        done = 0
        while done < limit and _advance_one(listener, source, home):
            done += 1
    metrics.events.labels(listener.name, source.name).inc(done)
    return done


def _advance(listener: Listener, source: Database, home: Database, limit: int) -> int:
    with home.unit_of_work(Identity.gateway(None)) as uow:
        cursor = _lock_cursor(uow.session, listener, source)
        if cursor is None or (cursor.try_at is not None and cursor.try_at > uow.now):
            return 0
        stood = cursor.transaction, cursor.position
        page = read_after(source, listener.handlers, stood, limit)
        for row in page.rows:
            listener.handle(uow, recorded_of(source.name, row))
        if page.reached != stood:
            _move(uow, listener, source, page.reached)
        return len(page.rows)


def _advance_one(listener: Listener, source: Database, home: Database) -> bool:
    """Handle one event in a transaction of its own; note the failure if it fails. False: stop here."""
    stumbled: Row[Any] | None = None
    try:
        with home.unit_of_work(Identity.gateway(None)) as uow:
            cursor = _lock_cursor(uow.session, listener, source)
            if cursor is None or (cursor.try_at is not None and cursor.try_at > uow.now):
                return False
            page = read_after(source, listener.handlers, (cursor.transaction, cursor.position), 1)
            if not page.rows:
                return False
            stumbled = page.rows[0]
            listener.handle(uow, recorded_of(source.name, stumbled))
            _move(uow, listener, source, page.reached)
            return True
    except Exception as reason:
        if stumbled is None:
            raise
        log.exception(
            "event failed",
            listener=listener.name,
            event_id=str(stumbled.id),
            request_id=stumbled.request_id,
        )
        return _note_failure(listener, source, home, stumbled, reason)


def _note_failure(
    listener: Listener, source: Database, home: Database, stumbled: Row[Any], reason: Exception
) -> bool:
    """Count the failure; park the event once patience is at its end. True: go on with the next one."""
    with home.unit_of_work(Identity.gateway(None)) as uow:
        cursor = _lock_cursor(uow.session, listener, source)
        if cursor is None:
            return False
        failures = cursor.failures + 1 if cursor.stuck_on == stumbled.id else 1
        if failures < PATIENCE:
            again = uow.now + timedelta(seconds=BACK_OFF[failures - 1])
            cursor.stuck_on, cursor.failures = stumbled.id, failures
            cursor.try_at, cursor.last_error = again, _said(reason)
            return False
        _park(uow, listener, source, stumbled, reason)
        _move(uow, listener, source, (stumbled.transaction, stumbled.position))
        return True


def _park(
    uow: UnitOfWork, listener: Listener, source: Database, stumbled: Row[Any], reason: Exception
) -> None:
    """Keep the event whole, also one that cannot be read as what its type says it is."""
    uow.act_for(Identity.worker(stumbled.network_id))
    park = insert(ParkedEvent).values(
        network_id=stumbled.network_id,
        listener=listener.name,
        event_id=stumbled.id,
        source=source.name,
        recorded=json.loads(json.dumps(raw_of(source.name, stumbled), default=str)),
        error=_said(reason),
        parked_at=uow.now,
        resolution="",
    )
    uow.session.execute(park.on_conflict_do_nothing())


def _said(reason: Exception) -> str:
    return f"{type(reason).__name__}: {reason}"[:2000]


def read_after(source: Database, kinds: Iterable[str], after: tuple[int, int], limit: int) -> Page:
    """Return the next events of these kinds that can no longer change. Raises LogOutOfStep.

    Order is (transaction, position). A transaction at or above the horizon may still commit rows
    with lower positions than those one can see, so it is left for later.
    """
    with source.across_networks("reading the events log") as session:
        horizon = session.scalar(HORIZON) or 1
        if after[0] >= horizon:
            raise LogOutOfStep(
                f"A cursor on {source.name} stands at transaction {after[0]} and the server only at "
                f"{horizon}: the database was restored or moved. docs/operations.md says what to do."
            )
        ripe = (tuple_(EventRow.transaction, EventRow.position) > after, EventRow.transaction < horizon)
        rows = session.execute(
            select(*EventRow.__table__.columns)
            .where(*ripe, EventRow.type.in_(list(kinds)))
            .order_by(EventRow.transaction, EventRow.position)
            .limit(limit)
        ).all()
        if len(rows) == limit:
            return Page(list(rows), (rows[-1].transaction, rows[-1].position))
        # With nothing new in the log the cursor stays, so that idle listeners write nothing.
        passed = rows or session.scalar(select(exists().where(*ripe)))
        return Page(list(rows), (horizon - 1, END) if passed else after)


def is_held_back(listener: Listener, source: Database) -> bool:
    """Whether events wait only because an older transaction of the server has not ended yet."""
    with source.across_networks("reading the events log") as session:
        horizon = session.scalar(HORIZON) or 1
        young = exists().where(EventRow.transaction >= horizon, EventRow.type.in_(list(listener.handlers)))
        return bool(session.scalar(select(young)))


def _lock_cursor(session: Session, listener: Listener, source: Database) -> CursorRow | None:
    """Return the cursor, locked, or None when somebody else has it."""
    mine = select(CursorRow).where(CursorRow.listener == listener.name, CursorRow.source == source.name)
    cursor = session.scalar(mine.with_for_update(skip_locked=True))
    if cursor is not None or session.scalar(mine) is not None:
        return cursor
    transaction, position = 0, 0
    if listener.start == "now":
        with source.across_networks("where a new listener begins") as looking:
            transaction, position = (looking.scalar(HORIZON) or 1) - 1, END
    first = insert(CursorRow).values(listener=listener.name, source=source.name, transaction=transaction)
    session.execute(first.values(position=position, failures=0, last_error="").on_conflict_do_nothing())
    return session.scalar(mine.with_for_update(skip_locked=True))


def _move(uow: UnitOfWork, listener: Listener, source: Database, reached: tuple[int, int]) -> None:
    uow.session.flush()
    uow.session.execute(
        update(CursorRow)
        .where(CursorRow.listener == listener.name, CursorRow.source == source.name)
        .values(
            transaction=reached[0],
            position=reached[1],
            stuck_on=None,
            failures=0,
            try_at=None,
            last_error="",
            moved_at=clock.now(),
        )
        .execution_options(synchronize_session=False)
    )


def lag(listener: Listener, source: Database, home: Database) -> Lag:
    """Return how far the listener is behind the source, over all networks."""
    with home.across_networks("lag of listeners") as session:
        cursor = session.get(CursorRow, (listener.name, source.name))
        parked = session.scalars(
            select(ParkedEvent.event_id).where(
                ParkedEvent.listener == listener.name,
                ParkedEvent.source == source.name,
                ParkedEvent.resolution.in_(OPEN),
            )
        ).all()
    after = (cursor.transaction, cursor.position) if cursor else (0, 0)
    with source.across_networks("lag of listeners") as session:
        waiting = session.scalar(
            text(
                "SELECT count(*) FROM events WHERE (transaction, position) > (:transaction, :position)"
                " AND type = ANY(:kinds)"
            ),
            {"transaction": after[0], "position": after[1], "kinds": list(listener.handlers)},
        )
    return Lag(listener.name, source.name, waiting or 0, len(parked), cursor.last_error if cursor else "")


def retry_parked(listener: Listener, home: Database, network_id: UUID, event_id: UUID) -> bool:
    """Handle a parked event again, now; False when it failed again: it stays parked, with the new error."""
    try:
        with home.unit_of_work(Identity.worker(network_id)) as uow:
            parked = _lock_parked(uow.session, listener, event_id)
            if parked is None:
                return True
            listener.handle(uow, Recorded.model_validate(parked.recorded))
            parked.resolution = "retried"
            return True
    except Exception as reason:
        log.exception("parked event failed again", listener=listener.name, event_id=str(event_id))
        with home.unit_of_work(Identity.worker(network_id)) as uow:
            parked = _lock_parked(uow.session, listener, event_id)
            if parked is not None:
                parked.error, parked.resolution = _said(reason), PARKED
        return False


def retry_asked(listener: Listener, home: Database) -> None:
    """Handle the parked events again that somebody asked for in the console; see ``kernel.background``."""
    asked = select(ParkedEvent.network_id, ParkedEvent.event_id).where(
        ParkedEvent.listener == listener.name, ParkedEvent.resolution == ASKED
    )
    with home.across_networks("parked events to try again") as session:
        rows = session.execute(asked.order_by(ParkedEvent.parked_at).limit(BATCH)).all()
    for row in rows:
        retry_parked(listener, home, row.network_id, row.event_id)


def skip_parked(listener: Listener, home: Database, network_id: UUID, event_id: UUID) -> None:
    """Leave a parked event unhandled for good; the row stays, as a trace."""
    with home.unit_of_work(Identity.worker(network_id)) as uow:
        parked = _lock_parked(uow.session, listener, event_id)
        if parked is not None:
            parked.resolution = "skipped"


def _lock_parked(session: Session, listener: Listener, event_id: UUID) -> ParkedEvent | None:
    return session.scalar(
        select(ParkedEvent)
        .where(
            ParkedEvent.listener == listener.name,
            ParkedEvent.event_id == event_id,
            ParkedEvent.resolution.in_(OPEN),
        )
        .with_for_update()
    )
