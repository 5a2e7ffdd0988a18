"""Ask a payment gateway now, instead of when its turn comes."""

from kernel.database import UnitOfWork
from kernel.work import DueWork

AT_MOST_EVERY = 5  # seconds


def ask_sooner(uow: UnitOfWork, kind: str, row: DueWork) -> None:
    """Make a locked row of work due at once, also one that was given up.

    It counts as no attempt, so that nobody who asks often makes the worker give up.
    """
    waits = (row.due_at - uow.now).total_seconds() > AT_MOST_EVERY
    if row.state == "dead" or (row.state == "due" and waits):
        row.attempts = max(row.attempts - 1, 0) if row.state == "due" else 0
        row.state, row.due_at = "due", uow.now
        uow.ring(kind, row.id)
