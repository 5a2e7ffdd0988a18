"""Days as people choose them in lists, and the moments at which they begin and are over."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def span(first: date | None, last: date | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return when the first day begins and the last one is over, where the zone is.

    None: no bound, which is also what the ends of the calendar are, as no clock reaches beyond them.
    """
    begins = _beginning(first, zone) if first else None
    ends = _beginning(last + timedelta(days=1), zone) if last and last < date.max else None
    return begins, ends


def _beginning(day: date, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        return None
