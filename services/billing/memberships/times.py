"""The times of a membership: where the next one lies, and what is left when one is cut short.

Nothing here reads or writes anything but the rows it is given.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kernel.contracts.billing import Period
from services.billing.memberships.periods import last_before, next_after
from services.billing.memberships.proration import portion, split
from services.billing.models import Membership, MembershipPeriod


class Stretch(NamedTuple):
    """From when to when; None never ends. ``is_new``: the periods are counted anew from its beginning."""

    starts_at: datetime
    ends_at: datetime | None
    is_new: bool = False


def place(membership: Membership, continues_at: datetime | None, now: datetime, zone: ZoneInfo) -> Stretch:
    """Return where the next period lies: right after the time before it, or from today.

    From today when there is nothing to continue, when the membership has expired, and when the period
    would be over already, unless it ran all the while: nobody pays for time that he could not use. A time
    that still runs is never cut.
    """
    if continues_at is not None and membership.status != "expired":
        ends_at = end_from(membership, continues_at, zone)
        if ends_at is None or ends_at > now or membership.status == "active":
            return Stretch(continues_at, ends_at)
    begins = max(now, membership.expires_at or now)
    return Stretch(begins, _first_end(membership, begins, zone), is_new=True)


def end_from(membership: Membership, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the period that begins then is over, counted from the anchor; None: never."""
    if membership.period is None:
        return None
    return next_after(membership.anchor_at or starts_at, starts_at, membership.period, zone)


def begins_before(membership: Membership, ends_at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the whole period that ends then began, counted from the anchor. Only where there is one."""
    if membership.period is None:
        raise ValueError("What is paid once has no periods.")
    return last_before(_anchor_for(membership, ends_at, zone), ends_at, membership.period, zone)


def count_from(membership: Membership, at: datetime, zone: ZoneInfo) -> None:
    """Count the periods from this instant on."""
    membership.anchor_at, membership.anchor_day = at, at.astimezone(zone).day


def running(periods: Iterable[MembershipPeriod], now: datetime) -> MembershipPeriod | None:
    """Return the granted time that runs now."""
    runs = (
        period
        for period in periods
        if period.granted_at and period.starts_at <= now and (period.ends_at is None or period.ends_at > now)
    )
    return next(runs, None)


def put(
    membership: Membership,
    row: MembershipPeriod,
    stretch: Stretch,
    *,
    amount: int,
    now: datetime,
    zone: ZoneInfo,
) -> None:
    """Let the membership have a time; its end is never earlier than it was."""
    row.starts_at, row.ends_at = stretch.starts_at, stretch.ends_at
    row.amount, row.granted_at = amount, now
    if stretch.is_new or membership.anchor_at is None:
        count_from(membership, stretch.starts_at, zone)
    if membership.expires_at is None or stretch.ends_at is None:
        membership.expires_at = stretch.ends_at
    else:
        membership.expires_at = max(membership.expires_at, stretch.ends_at)


def at_other_terms(
    membership: Membership, amount: int, period: Period | None, now: datetime, zone: ZoneInfo
) -> tuple[Stretch, int]:
    """Return which time a membership that changes now gets instead of the rest of its own, and its price.

    The rest of the period at its part of the price, if the period is the same; else a whole one from now on.
    """
    ends_at = membership.expires_at
    if period is not None and period == membership.period and ends_at is not None:
        begins = begins_before(membership, ends_at, zone)
        return Stretch(now, ends_at), portion(amount, ends_at - now, ends_at - begins)
    return Stretch(now, next_after(now, now, period, zone) if period else None, is_new=True), amount


def cut(period: MembershipPeriod, at: datetime) -> int:
    """End a granted time early; return what its rest would have cost.

    The caller deletes what ``is_empty`` then.
    """
    at = max(at, period.starts_at)
    if period.ends_at is not None and period.ends_at <= at:
        return 0
    period.amount, left = split(period.amount, period.starts_at, at, period.ends_at)
    period.ends_at = at
    return left


def is_empty(period: MembershipPeriod) -> bool:
    """Whether a time was cut to nothing."""
    return period.ends_at is not None and period.ends_at <= period.starts_at


def _first_end(membership: Membership, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    if membership.period is None:
        return None
    return next_after(starts_at, starts_at, membership.period, zone)


def _anchor_for(membership: Membership, ends_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the anchor if a period ends then by it; else that very end, which somebody has moved."""
    anchor = membership.anchor_at
    if anchor is None or membership.period is None:
        return ends_at
    before = last_before(anchor, ends_at, membership.period, zone)
    return anchor if next_after(anchor, before, membership.period, zone) == ends_at else ends_at
