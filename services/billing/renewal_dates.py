"""When the period that comes next is over, on the calendar and by the clocks of the network's place."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kernel.contracts.billing import Period
from services.billing.periods import DAYS, MONTHS


def following(period: Period, starts_at: datetime, *, anchor_day: int | None, zone: ZoneInfo) -> datetime:
    """Return the end of a period that begins at ``starts_at``: the same time of day, whatever clocks do.

    Months end on the ``anchor_day``, or on their last: 31 January, 28 February, 31 March.
    """
    local = starts_at.astimezone(zone)
    if period.unit in DAYS:
        day = local.date() + timedelta(days=period.length * DAYS[period.unit])
        return datetime.combine(day, local.time(), zone).astimezone(UTC)
    months = local.year * 12 + local.month - 1 + period.length * MONTHS[period.unit]
    year, month = months // 12, months % 12 + 1
    day_of_month = min(anchor_day or local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day_of_month, fold=0).astimezone(UTC)
