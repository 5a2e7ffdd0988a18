"""Give a membership the time that was paid for, or that somebody gives it.

Whoever calls has locked the membership. A time is granted once: its row says since when.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.events import MembershipExtended
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.memberships.times import Stretch, cut, end_from, is_empty, place, put
from services.billing.models import Membership, MembershipPeriod, Payment
from services.billing.models.payments import OPEN, REFUNDABLE
from services.billing.models.periods import PeriodKind
from services.billing.networks import time_zone
from services.billing.settings import rules_of

BILLED = ("first", "renewal")
"""The kinds of payments that time is given for."""


class NotPaidYet(Conflict):
    """The time that runs was given and is not paid: nobody can say what of it is left."""


def periods_of(uow: UnitOfWork, membership: Membership) -> Sequence[MembershipPeriod]:
    """Return the membership's times, the oldest first."""
    uow.session.flush()
    mine = select(MembershipPeriod).where(MembershipPeriod.membership_id == membership.id)
    return uow.session.scalars(mine.order_by(MembershipPeriod.starts_at, MembershipPeriod.id)).all()


def end_of_period(uow: UnitOfWork, membership: Membership, starts_at: datetime) -> datetime | None:
    """Return when the period that begins then is over, in the network's zone; None: never."""
    return end_from(membership, starts_at, time_zone(uow))


def grant_billed(uow: UnitOfWork, membership: Membership, payment: Payment) -> bool:
    """Give the time that a payment is for; False when it has been given before."""
    row = _row_of(uow, payment.id)
    if row is not None and row.granted_at is not None:
        return False
    stretch = place(membership, _continues_at(membership, row), uow.now, time_zone(uow))
    kind = row.kind if row else payment.kind
    grant(uow, membership, row, stretch, kind=_kind(kind), amount=membership.amount, payment_id=payment.id)
    return True


def begin(uow: UnitOfWork, membership: Membership) -> None:
    """Give a membership that becomes active its time: what was billed of it, or else a period for nothing.

    What still runs is left as it is. A bill that is not paid yet stays, and is due anew: who was activated by
    hand has as long to pay as everybody else.
    """
    if _has_time(uow, membership):
        return
    end_trial(uow, membership, uow.now)
    payment = _waiting_bill(uow, membership)
    if payment is not None and grant_billed(uow, membership, payment):
        if payment.status in OPEN:
            payment.due_at = uow.now + timedelta(days=rules_of(uow).pay_within)
            payment.dunning_step = 0
        return
    stretch = place(membership, None, uow.now, time_zone(uow))
    grant(uow, membership, None, stretch, kind="given", amount=0, payment_id=None)


def begin_trial(uow: UnitOfWork, membership: Membership) -> None:
    """Write down the time of a trial that begins now."""
    if membership.trial_ends_at is None:
        raise ValueError("A trial has an end.")
    uow.add(
        MembershipPeriod(
            id=new_id(),
            membership_id=membership.id,
            kind="trial",
            starts_at=uow.now,
            ends_at=membership.trial_ends_at,
            amount=0,
            granted_at=uow.now,
            created_at=uow.now,
        )
    )


def grant(
    uow: UnitOfWork,
    membership: Membership,
    row: MembershipPeriod | None,
    stretch: Stretch,
    *,
    kind: PeriodKind,
    amount: int,
    payment_id: UUID | None,
) -> MembershipPeriod:
    """Give the membership a time, never less than it had; ``row`` is the one that was billed, if any.

    A trial that was held or expired before its end gives way to it.
    """
    end_trial(uow, membership, stretch.starts_at)
    zone = time_zone(uow)
    if row is None:
        row = MembershipPeriod(
            id=new_id(), membership_id=membership.id, kind=kind, created_at=uow.now, payment_id=payment_id
        )
    put(membership, row, stretch, amount=amount, now=uow.now, zone=zone)
    uow.add(row)
    membership.cycles_billed += kind in BILLED
    uow.publish(
        MembershipExtended(
            membership_id=membership.id,
            customer_id=membership.customer_id,
            number=membership.number,
            starts_at=stretch.starts_at,
            expires_at=membership.expires_at,
        )
    )
    return row


def take_back(uow: UnitOfWork, membership: Membership, at: datetime) -> int:
    """End what was granted at ``at``; return what of its price was paid and is unused, in minor units.

    That cannot be refunded besides. What went back of a payment, by a refund or a dispute, was not paid.
    Raises NotPaidYet.
    """
    credit = 0
    for period in periods_of(uow, membership):
        if period.granted_at is None or (period.ends_at is not None and period.ends_at <= at):
            continue
        require_paid(uow, period)
        left = cut(period, at)
        # Before anything else is asked of the database, which refuses a time of no length.
        if is_empty(period):
            uow.session.delete(period)
        credit += _credited(uow, period, left)
    uow.session.flush()
    return credit


def require_paid(uow: UnitOfWork, period: MembershipPeriod) -> None:
    """Raise NotPaidYet while the bill of a time that was given is open."""
    payment = uow.get(Payment, period.payment_id) if period.payment_id else None
    if payment is not None and payment.status in OPEN:
        raise NotPaidYet(
            N_(
                "Payment %(number)s for the time that runs is not paid yet. Wait for it, or let the change "
                "happen when that time is over."
            ),
            number=payment.number,
        )


def has_paid_rest(uow: UnitOfWork, membership: Membership) -> bool:
    """Whether some of the membership's time is left that was paid for, and not given back since."""
    left = [
        period
        for period in periods_of(uow, membership)
        if period.granted_at and period.amount and period.ends_at and period.ends_at > uow.now
    ]
    return any(
        period.payment_id is None or uow.get(Payment, period.payment_id).refundable > 0 for period in left
    )


def _credited(uow: UnitOfWork, period: MembershipPeriod, left: int) -> int:
    """Return how much of what is left of a time becomes credit, and hold its payment to that."""
    if period.payment_id is None:
        return left
    payment = uow.get(Payment, period.payment_id, lock=True)
    received = min(left, payment.refundable - payment.disputed)
    payment.credited += max(received, 0)
    # What was paid by credit is credit again, once what came as money is.
    return max(received, 0) + min(left - max(received, 0), payment.credit)


def _row_of(uow: UnitOfWork, payment_id: UUID) -> MembershipPeriod | None:
    uow.session.flush()
    return uow.session.scalar(select(MembershipPeriod).where(MembershipPeriod.payment_id == payment_id))


def _continues_at(membership: Membership, row: MembershipPeriod | None) -> datetime | None:
    if row is not None:
        return row.starts_at
    return membership.trial_ends_at if membership.status == "trialing" else membership.expires_at


def _kind(kind: str) -> PeriodKind:
    return "renewal" if kind == "renewal" else "first"


def _has_time(uow: UnitOfWork, membership: Membership) -> bool:
    if membership.expires_at is not None:
        return membership.expires_at > uow.now
    return any(period.granted_at and period.ends_at is None for period in periods_of(uow, membership))


def end_trial(uow: UnitOfWork, membership: Membership, at: datetime) -> None:
    """Let the trial end then, if it ends later: what comes instead begins, and its rest is no time of his."""
    for period in periods_of(uow, membership):
        if period.kind == "trial" and period.ends_at is not None and period.ends_at > at:
            cut(period, at)
            membership.trial_ends_at = period.ends_at
            if is_empty(period):
                uow.session.delete(period)
    uow.session.flush()


def _waiting_bill(uow: UnitOfWork, membership: Membership) -> Payment | None:
    """Return the payment of a time that was not given yet, paid or not."""
    granted = select(MembershipPeriod.payment_id).where(
        MembershipPeriod.membership_id == membership.id,
        MembershipPeriod.granted_at.is_not(None),
        MembershipPeriod.payment_id.is_not(None),
    )
    bills = select(Payment).where(
        Payment.membership_id == membership.id,
        Payment.kind.in_(BILLED),
        Payment.status.in_(OPEN | REFUNDABLE),
        Payment.id.not_in(granted),
    )
    return uow.session.scalar(bills.order_by(Payment.created_at.desc(), Payment.id.desc()).limit(1))
