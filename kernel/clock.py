"""The time; nothing else asks the system for it, so a test can move it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time, aware, UTC."""
    return datetime.now(UTC)


def ahead(until: datetime | None, at: datetime) -> datetime | None:
    """Return a moment that is still to come at ``at``; None for one that is past, or was never set."""
    return until if until is not None and until > at else None
