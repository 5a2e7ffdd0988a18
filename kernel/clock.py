"""The time; nothing else asks the system for it, so a test can move it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time, aware, UTC."""
    return datetime.now(UTC)
