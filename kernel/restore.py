"""After a logical restore: events and cursors remember transaction numbers of another cluster."""

from collections.abc import Iterable

from sqlalchemy import func, select, update

from kernel.database import Database
from kernel.events import HORIZON
from kernel.log import CursorRow, EventRow


def is_out_of_step(source: Database) -> bool:
    """Whether the log holds events of transactions that this server has not yet begun."""
    with source.across_networks("is the log of this cluster?") as session:
        newest = session.scalar(select(func.max(EventRow.transaction)))
        return newest is not None and newest >= (session.scalar(HORIZON) or 0)


def rebase(source: Database, homes: Iterable[Database]) -> bool:
    """Move old events, and the cursors into them, below zero, so that all that is new comes after.

    Order is kept. Nothing may run meanwhile. Safe to be broken off: the events, from which the
    distance is known, are moved last. Returns False when there was nothing to do.
    """
    if not is_out_of_step(source):
        return False
    with source.across_networks("how far to move the log") as session:
        distance = (session.scalar(select(func.max(EventRow.transaction))) or 0) + 1
    for home in homes:
        with home.across_networks("move cursors of a restored log") as session:
            # One that had passed every event still has; one below zero was moved already.
            moved = func.least(CursorRow.transaction - distance, -1)
            known = update(CursorRow).where(CursorRow.source == source.name, CursorRow.transaction >= 0)
            session.execute(known.values(transaction=moved))
    with source.across_networks("move a restored log") as session:
        session.execute(update(EventRow).values(transaction=EventRow.transaction - distance))
    return True
