"""Move the end of a membership's time by hand, and of its trial; its times follow."""

from datetime import datetime

from sqlalchemy import select

from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.memberships.paid_time import end_trial, periods_of, take_back
from services.billing.memberships.times import count_from, running
from services.billing.models import Membership, MembershipPeriod
from services.billing.networks import time_zone


def move_end(uow: UnitOfWork, membership: Membership, at: datetime | None) -> None:
    """Let the time end then, None: never; later for nothing, earlier with credit. Periods count from it."""
    before = membership.expires_at
    if at is None:
        _never_end(uow, membership)
    elif before is not None and at < before:
        membership.credit += take_back(uow, membership, at)
    else:
        begins = max(before or uow.now, uow.now)
        end_trial(uow, membership, begins)
        _give(uow, membership, begins, at)
    membership.expires_at = at
    if at is not None:
        count_from(membership, at, time_zone(uow))


def move_trial_end(uow: UnitOfWork, membership: Membership, at: datetime) -> None:
    """Let the trial end then."""
    trial = uow.session.scalar(
        select(MembershipPeriod).where(
            MembershipPeriod.membership_id == membership.id,
            MembershipPeriod.kind == "trial",
            MembershipPeriod.ends_at == membership.trial_ends_at,
        )
    )
    if trial is not None:
        trial.ends_at = at
    membership.trial_ends_at = at


def _never_end(uow: UnitOfWork, membership: Membership) -> None:
    """The time that runs goes on for ever; without one, it begins now."""
    runs = running(periods_of(uow, membership), uow.now)
    if runs is None:
        _give(uow, membership, uow.now, None)
        return
    for period in periods_of(uow, membership):
        if period.granted_at and period.starts_at > runs.starts_at:
            runs.amount += period.amount
            uow.session.delete(period)
    uow.session.flush()
    runs.ends_at = None


def _give(uow: UnitOfWork, membership: Membership, starts_at: datetime, ends_at: datetime | None) -> None:
    uow.add(
        MembershipPeriod(
            id=new_id(),
            membership_id=membership.id,
            kind="given",
            starts_at=starts_at,
            ends_at=ends_at,
            amount=0,
            granted_at=uow.now,
            created_at=uow.now,
        )
    )
    uow.session.flush()
