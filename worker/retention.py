"""Clearing out what is old enough: events that every listener has read, mail, and imported files."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, tuple_

from kernel import clock
from kernel.database import Database
from kernel.events import Listener
from kernel.log import CursorRow, EventRow
from services.billing.gateways.messages import drop_old_messages
from services.billing.idempotency import sweep_keys
from services.customers.imports.retention import drop_old_files
from services.customers.models import Mail

BATCH = 5_000  # rows a transaction

log = structlog.get_logger()


def clear_out(databases: Mapping[str, Database], listeners: Iterable[Listener], *, kept_days: int) -> int:
    """Delete events older than ``kept_days`` that no listener has still to read; return how many.

    Files that were imported, answers that were kept and messages of payment gateways go too, when their
    time is over.
    """
    drop_old_files(databases["customers"])
    sweep_keys(databases["billing"])
    drop_old_messages(databases["billing"])
    known, deleted = list(listeners), 0
    for source in databases.values():
        passed = passed_by_all(source.name, databases, known)
        while passed is not None:
            gone = _delete_batch(source, passed, kept_days)
            deleted += gone
            if gone < BATCH:
                break
    if deleted:
        log.info("old events deleted", number=deleted)
    return deleted


def passed_by_all(
    source: str, databases: Mapping[str, Database], listeners: Iterable[Listener]
) -> tuple[int, int] | None:
    """Return how far the slowest listener has read a source; None while one has not begun."""
    slowest: tuple[int, int] | None = None
    for listener in listeners:
        with databases[listener.home].across_networks("how far listeners have read") as session:
            cursor = session.get(CursorRow, (listener.name, source))
        if cursor is None:
            return None
        stands = cursor.transaction, cursor.position
        slowest = stands if slowest is None else min(slowest, stands)
    return slowest


def _delete_batch(source: Database, passed: tuple[int, int], kept_days: int) -> int:
    # The log is in the order of time, nearly: only its oldest rows are looked at, however long it is.
    oldest = (
        select(EventRow.id)
        .where(tuple_(EventRow.transaction, EventRow.position) <= passed)
        .order_by(EventRow.transaction, EventRow.position)
        .limit(BATCH)
    )
    too_old = EventRow.occurred_at < clock.now() - timedelta(days=kept_days)
    with source.across_networks("clearing out the events log") as session:
        gone = session.execute(
            delete(EventRow)
            .where(EventRow.id.in_(oldest), too_old)
            .returning(EventRow.id)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())


def clear_mails(customers: Database, *, kept_days: int) -> int:
    """Delete messages written more than ``kept_days`` ago that are sent or given up; return how many."""
    deleted, gone = 0, BATCH
    while gone == BATCH:
        gone = _delete_mails(customers, clock.now() - timedelta(days=kept_days))
        deleted += gone
    if deleted:
        log.info("old mails deleted", number=deleted)
    return deleted


def _delete_mails(customers: Database, before: datetime) -> int:
    old = select(Mail.id).where(Mail.created_at < before, Mail.state.in_(("done", "dead"))).limit(BATCH)
    with customers.across_networks("clearing out old mail") as session:
        gone = session.execute(
            delete(Mail)
            .where(Mail.id.in_(old))
            .returning(Mail.id)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())
