"""Divide the price of a period between the time that is used and the time that is left, to the minor unit.

Time counts by the microsecond, as it is stored: nobody can choose a favourable hour. The two parts always sum
to the whole; what never ends is never used up.
"""

from datetime import datetime, timedelta

from services.billing.amounts import spread

TICK = timedelta(microseconds=1)


def split(amount: int, starts_at: datetime, at: datetime, ends_at: datetime | None) -> tuple[int, int]:
    """Return what of the amount is for the time before ``at``, and what for the time after it."""
    if at <= starts_at or ends_at is None:
        return 0, amount
    if at >= ends_at:
        return amount, 0
    used, left = spread(amount, [(at - starts_at) // TICK, (ends_at - at) // TICK])
    return used, left


def portion(amount: int, part: timedelta, whole: timedelta) -> int:
    """Return what a part of a period costs, half a minor unit rounded up; the part may be the longer one."""
    ticks = whole // TICK
    return (2 * amount * (part // TICK) + ticks) // (2 * ticks)
