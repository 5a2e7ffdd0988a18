"""What is to be done about a membership, and when: a function of what is known of it and of the time.

Nothing here reads or writes anything, so that the worker, the page that says what comes next and the tests
ask the very same rules. Whatever is late is still done in its order; of several tries to charge that are
late only the newest is made, so that nobody gets four messages in a minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Literal

from kernel.contracts.billing import MembershipStatus
from kernel.contracts.billing_settings import BillingRules

Act = Literal[
    "cancel", "change", "end_trial", "go_on", "bill", "charge", "remind", "hold", "expire", "abandon"
]
ORDER: tuple[Act, ...] = (
    "cancel", "change", "end_trial", "go_on", "bill", "charge", "remind", "hold", "expire", "abandon",
)  # fmt: skip
"""Of what is due at the same time, the first comes first."""

BECOMES: dict[Act, MembershipStatus] = {
    "hold": "on_hold",
    "expire": "expired",
    "cancel": "cancelled",
    "abandon": "cancelled",
}
RUNNING: frozenset[MembershipStatus] = frozenset({"trialing", "active"})
DECIDED_WITHIN = timedelta(days=1)  # an attempt that is under way keeps a membership running so long


@dataclass(frozen=True)
class Step:
    """Something to do about a membership; it is, or was, due at ``as_of``. ``number``: which try it is."""

    act: Act
    as_of: datetime
    number: int = 0


@dataclass(frozen=True)
class Bill:
    """The payment for the time that comes next, while it is not paid.

    ``tries`` counts the steps of the dunning table that were taken. ``tried_at`` is when it was charged the
    first time, ``under_way_since`` since when an attempt is open. One that somebody cancelled is not open.
    """

    due_at: datetime
    asked_at: datetime
    is_open: bool = True
    tries: int = 0
    tried_at: datetime | None = None
    under_way_since: datetime | None = None


@dataclass(frozen=True)
class Snapshot:
    """What the steps follow from.

    ``begins_at`` to ``ends_at`` is the time that runs, a trial's or one that was paid for. ``is_charged``:
    we charge it, by itself; ``can_charge``: with a method that was not declined for good, which is
    ``new_since`` then if it was saved after the last attempt failed. ``renews``: there is more to come
    when the time is over. ``changes_at``: a change is scheduled.
    """

    status: MembershipStatus
    rules: BillingRules
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    is_free: bool = False
    is_charged: bool = False
    can_charge: bool = False
    new_since: datetime | None = None
    renews: bool = True
    waits: bool = False
    cancels_at: datetime | None = None
    changes_at: datetime | None = None
    held_at: datetime | None = None
    bill: Bill | None = None

    @property
    def ends_for_good(self) -> bool:
        """Whether nothing follows the time that runs: the customer, or the number of periods, ends it."""
        is_cancelled = self.cancels_at and self.ends_at and self.cancels_at <= self.ends_at
        return bool(is_cancelled) or not self.renews


def next_step(known: Snapshot, now: datetime) -> Step | None:
    """Return what is to be done next, now or some day; None when nothing ever is."""
    return min(_candidates(known, now), key=_place, default=None)


def steps_due(known: Snapshot, now: datetime) -> list[Step]:
    """Return what is due, in its order, if nobody pays meanwhile and no attempt succeeds."""
    return list(takewhile(lambda step: step.as_of <= now, steps(known, now)))


def outlook(known: Snapshot, now: datetime, most: int = 12) -> list[Step]:
    """Return what comes next, in its order, if nobody pays and no attempt succeeds."""
    return list(islice(steps(known, now), most))


def steps(known: Snapshot, now: datetime) -> Iterator[Step]:
    """Yield step after step, each following from what the one before it left."""
    left: Snapshot | None = known
    while left is not None and (step := next_step(left, now)) is not None:
        yield step
        left = after(left, step, max(step.as_of, now))


def after(known: Snapshot, step: Step, at: datetime) -> Snapshot | None:
    """Return what is known once the step was taken ``at``; None when that takes a calendar to say."""
    if step.act in {"end_trial", "go_on"}:
        return None
    if step.act == "bill" and known.ends_at:
        return replace(known, bill=Bill(due_at=known.ends_at, asked_at=at))
    if step.act in {"charge", "remind"} and known.bill:
        tried_at = known.bill.tried_at or (at if step.act == "charge" else None)
        return replace(known, new_since=None, bill=replace(known.bill, tries=step.number, tried_at=tried_at))
    if step.act == "change":
        return replace(known, changes_at=None)
    status = BECOMES[step.act]
    return replace(
        known,
        status=status,
        held_at=at if status == "on_hold" else known.held_at,
        bill=None if status == "cancelled" else known.bill,
    )


def holds_at(known: Snapshot) -> datetime | None:
    """Return when the membership is put on hold unless its bill is paid; None when there is none."""
    return _holds_at(known, known.bill) if known.bill and known.status in RUNNING else None


def _place(step: Step) -> tuple[datetime, int]:
    return step.as_of, ORDER.index(step.act)


def _candidates(known: Snapshot, now: datetime) -> Iterator[Step]:
    """Yield what could be next; the earliest is."""
    if known.status == "cancelled":
        return
    if known.cancels_at and known.status != "pending":
        yield Step("cancel", known.cancels_at)
    if known.status in {"pending", "expired"}:
        yield from _abandon(known)
        return
    if known.changes_at:
        yield Step("change", known.changes_at)
    if known.status in RUNNING:
        yield from _goes_on(known)
        yield from _dun(known, now)
    yield from _new_method(known)
    yield from _end(known)


def _abandon(known: Snapshot) -> Iterator[Step]:
    """What nobody has paid for so long is asked for no more."""
    bill = known.bill
    if bill and bill.is_open and not bill.under_way_since and not known.waits:
        since = max(bill.asked_at, bill.due_at) if known.status == "expired" else bill.asked_at
        yield Step("abandon", since + timedelta(days=known.rules.abandoned_after))


def _goes_on(known: Snapshot) -> Iterator[Step]:
    """When the time that runs is over, more follows: for nothing, or for money that is asked for before."""
    if known.ends_at is None or known.bill is not None or known.ends_for_good:
        return
    if known.is_free:
        yield Step("end_trial" if known.status == "trialing" else "go_on", known.ends_at)
        return
    ahead = known.ends_at - timedelta(days=known.rules.renews_before)
    # Time is asked for once the time before it runs, and at the terms that hold when it begins.
    asks_at = max(ahead, known.begins_at) if known.begins_at else ahead
    changes_first = known.changes_at and known.changes_at <= known.ends_at
    yield Step("bill", max(asks_at, known.changes_at) if changes_first and known.changes_at else asks_at)


def _dun(known: Snapshot, now: datetime) -> Iterator[Step]:
    """Charge, and charge again, as the table says; who cannot be charged is reminded instead."""
    bill = known.bill
    if bill is None:
        return
    if known.is_charged and bill.is_open and not bill.under_way_since:
        yield from _try(known, bill, now)
    yield Step("hold", _holds_at(known, bill))


def _try(known: Snapshot, bill: Bill, now: datetime) -> Iterator[Step]:
    """The next of the tries that were not made; of those that are late the newest.

    But the first charge is the first, however late: the days of the others run from it.
    """
    left = list(enumerate(_tries(known, bill), start=1))[bill.tries :]
    late = [(number, as_of) for number, as_of in left if as_of <= now]
    begins = known.can_charge and bill.tried_at is None
    for number, as_of in left[:1] if begins else late[-1:] or left[:1]:
        yield Step("charge" if known.can_charge else "remind", as_of, number)


def _tries(known: Snapshot, bill: Bill) -> list[datetime]:
    """Return when the bill is charged: the days of the table, from when it was due or first charged."""
    days = known.rules.dunning
    if bill.tried_at:
        first = bill.tried_at - timedelta(days=days[0])
    else:
        first = bill.due_at if known.can_charge else _time_to_pay(known, bill)
    return [first + timedelta(days=day) for day in days]


def _time_to_pay(known: Snapshot, bill: Bill) -> datetime:
    """Return until when it can be paid by hand: who was asked late has as long as everybody else."""
    return max(bill.due_at, bill.asked_at + timedelta(days=known.rules.renews_before))


def _holds_at(known: Snapshot, bill: Bill) -> datetime:
    if not bill.is_open:
        return bill.due_at
    holds_at = _tries(known, bill)[-1] if known.is_charged else _time_to_pay(known, bill)
    return _once_decided(bill, holds_at)


def _once_decided(bill: Bill, at: datetime) -> datetime:
    """Give an attempt that is under way its time, and not for ever: its outcome may be lost."""
    return max(at, bill.under_way_since + DECIDED_WITHIN) if bill.under_way_since else at


def _new_method(known: Snapshot) -> Iterator[Step]:
    """A method that came after the last attempt failed is tried at once, also when all is on hold."""
    bill, is_charged = known.bill, known.is_charged and known.can_charge
    if bill and bill.is_open and bill.tries and not bill.under_way_since and is_charged and known.new_since:
        yield Step("charge", max(known.new_since, bill.due_at), bill.tries)


def _end(known: Snapshot) -> Iterator[Step]:
    """What is on hold expires after its grace; what nothing follows expires when its time is over."""
    if known.status in RUNNING:
        if known.ends_at and not known.renews and known.bill is None:
            yield Step("expire", known.ends_at)
        return
    ends = [at for at in (known.held_at, known.bill.due_at if known.bill else known.ends_at) if at]
    if not ends or (known.ends_at is None and known.bill is None):
        return
    expires_at = max(ends) + timedelta(days=known.rules.grace)
    yield Step("expire", _once_decided(known.bill, expires_at) if known.bill else expires_at)
