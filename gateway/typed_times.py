"""Moments as people type them: in the time zone in which they read."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import get_timezone


def typed_time(at: datetime | None) -> str:
    """``2026-05-01T14:30``, as a field for a day and a time holds it; empty without one."""
    return at.astimezone(_zone()).strftime("%Y-%m-%dT%H:%M") if at else ""


def read_time(given: str) -> datetime | None:
    """Return the moment that was typed, in UTC. Raises ValueError when it is none; empty is None."""
    if not given:
        return None
    local = datetime.fromisoformat(given)
    if local.tzinfo is not None:
        raise ValueError("A field for a day and a time has no zone.")
    return local.replace(tzinfo=_zone()).astimezone(UTC)


def _zone() -> ZoneInfo:
    """Return the reader's zone; that of Flask-Babel is of another kind, which must not be put into a time."""
    return ZoneInfo(str(get_timezone()))
