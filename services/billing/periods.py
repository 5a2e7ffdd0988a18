"""How long a membership runs: days, weeks, months and years."""

from calendar import monthrange
from datetime import datetime, timedelta
from typing import cast

from kernel.contracts.billing import Period, PeriodUnit

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


def period_of(length: int | None, unit: str | None) -> Period | None:
    """Return the period that two columns hold; None where something is paid once."""
    if length is None or unit is None:
        return None
    return Period(length=length, unit=cast(PeriodUnit, unit))


def end_of(period: Period, start: datetime) -> datetime:
    """Return when a period that begins at ``start`` is over.

    A month ends on the same day of the next one, or on its last day: 31 January + 1 month is
    28 or 29 February.
    """
    if period.unit in DAYS:
        return start + timedelta(days=period.length * DAYS[period.unit])
    months = start.year * 12 + start.month - 1 + period.length * MONTHS[period.unit]
    year, month = months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))
