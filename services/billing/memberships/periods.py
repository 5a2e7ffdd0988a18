"""How long a membership runs, on the calendar and by the clocks of the network's place.

Periods are counted from one instant, the anchor: the n-th begins at the anchor's day of the month, or at
the month's last day, at the anchor's time of day. None is counted from the one before it, so that neither a
February nor a change of the clocks moves the later ones. A time of day that the clocks skip becomes as much
later as they skip; of one that comes twice it is the first.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from kernel.contracts.billing import Period, PeriodUnit

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}
DAYS_OF = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
GREENWICH = ZoneInfo("UTC")


def period_of(length: int | None, unit: str | None) -> Period | None:
    """Return the period that two columns hold; None where something is paid once."""
    if length is None or unit is None:
        return None
    return Period(length=length, unit=cast(PeriodUnit, unit))


def end_of(period: Period, start: datetime, zone: ZoneInfo = GREENWICH) -> datetime:
    """Return when the first period that is counted from ``start`` is over."""
    return nth(start, 1, period, zone)


def nth(anchor: datetime, number: int, period: Period, zone: ZoneInfo) -> datetime:
    """Return when ``number`` periods from the anchor have passed: in UTC; 0 is the anchor itself.

    From 31 January: 28 or 29 February, 31 March. From 02:30: 03:30 on the day that has no 02:30, and
    02:30 again on the next.
    """
    if number == 0:
        return anchor
    local = anchor.astimezone(zone)
    if period.unit in DAYS:
        day = local.date() + timedelta(days=number * period.length * DAYS[period.unit])
        return datetime.combine(day, local.time().replace(fold=0), zone).astimezone(UTC)
    months = local.year * 12 + local.month - 1 + number * period.length * MONTHS[period.unit]
    year, month = months // 12, months % 12 + 1
    day_of_month = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day_of_month, fold=0).astimezone(UTC)


def next_after(anchor: datetime, at: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """Return the first beginning of a period that is later than ``at``."""
    number = _about(anchor, at, period)
    while nth(anchor, number, period, zone) <= at:
        number += 1
    while nth(anchor, number - 1, period, zone) > at:
        number -= 1
    return nth(anchor, number, period, zone)


def last_before(anchor: datetime, at: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """Return the last beginning of a period that is earlier than ``at``."""
    number = _about(anchor, at, period)
    while nth(anchor, number, period, zone) >= at:
        number -= 1
    while nth(anchor, number + 1, period, zone) < at:
        number += 1
    return nth(anchor, number, period, zone)


def _about(anchor: datetime, at: datetime, period: Period) -> int:
    """Return how many periods lie between, give or take two."""
    return int((at - anchor).total_seconds() / 86_400 // (period.length * DAYS_OF[period.unit]))
