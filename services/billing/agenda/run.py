"""Do what time has made due about a membership, step by step, and note when to look again.

A membership has one row of due work, with its own id. Triggers make it due whenever the membership, a
payment, a charge or a scheduled change of it is changed, so that no code can forget to; what is to be done
follows from ``steps.py`` alone. Whatever runs twice finds nothing left to do.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, update

from kernel.database import UnitOfWork
from kernel.tombstones import require_alive
from kernel.work import Claim, finish, hold, wait_until
from services.billing.agenda import dunning, expiry, renewals, trials
from services.billing.agenda.snapshots import Known, read
from services.billing.agenda.steps import Act, Step, next_step
from services.billing.memberships import changes
from services.billing.models import DepartedCustomer, Membership, MembershipAgenda

Take = Callable[[UnitOfWork, Membership, Known, Step], object]

TAKE: dict[Act, Take] = {
    "cancel": lambda uow, membership, _known, _step: expiry.cancel(uow, membership),
    "change": lambda uow, membership, _known, _step: changes.carry_out_change(uow, membership),
    "end_trial": lambda uow, membership, _known, step: trials.end_trial(uow, membership, step.as_of),
    "go_on": lambda uow, membership, _known, step: renewals.go_on(uow, membership, step.as_of),
    "bill": lambda uow, membership, known, _step: renewals.bill_next(uow, membership, known.snapshot),
    "charge": dunning.charge,
    "remind": dunning.remind,
    "hold": lambda uow, membership, known, _step: expiry.hold(uow, membership, known),
    "expire": lambda uow, membership, known, _step: expiry.expire(uow, membership, known),
    "abandon": lambda uow, membership, known, _step: expiry.abandon(uow, membership, known),
}

LOOK_AT = text("""
    INSERT INTO membership_agenda (id, network_id, state, attempts, due_at, last_error)
    VALUES (:id, :network, 'due', 0, :at, '')
    ON CONFLICT (id) DO UPDATE SET state = 'due', attempts = 0, due_at = :at, last_error = ''
    WHERE membership_agenda.state <> 'leased'
""")
"""Whoever holds the lease locks the membership after us, and sees what we did."""


RUNG = 100  # rows that are rung for; the sweep finds the others


class NothingChanged(RuntimeError):
    """A step left everything as it was: it would be taken for ever."""


def take_step(uow: UnitOfWork, mine: Claim, last: Step | None) -> Step | None:
    """Take the next step if it is due; return it when another is, else None, with the row put back.

    Raises LeaseLost, which undoes the step, and NothingChanged when it is the ``last`` one again.
    """
    membership = lock_membership(uow, mine.id)
    if membership is None:
        finish(uow, MembershipAgenda, mine)
        return None
    known = read(uow, membership)
    step = next_step(known.snapshot, uow.now)
    if step is None or step.as_of > uow.now:
        _put_back(uow, mine, step)
        return None
    if step == last:
        raise NothingChanged(f"{step.act} of {step.as_of} changed nothing.")
    hold(uow, MembershipAgenda, mine)
    TAKE[step.act](uow, membership, known, step)
    uow.session.flush()
    following = next_step(read(uow, membership).snapshot, uow.now)
    if following is not None and following.as_of <= uow.now:
        return step
    _put_back(uow, mine, following)
    return None


def _put_back(uow: UnitOfWork, mine: Claim, following: Step | None) -> None:
    """Note when to look again, or that nothing is ever due."""
    if following is None:
        finish(uow, MembershipAgenda, mine)
    else:
        wait_until(uow, MembershipAgenda, mine, following.as_of)


def lock_membership(uow: UnitOfWork, membership_id: UUID) -> Membership | None:
    """Return the membership locked, and its customer kept from being deleted; None once it is cancelled.

    Raises Departed while he is just being deleted: a moment later it is cancelled, or somebody else's.
    """
    seen = uow.get(Membership, membership_id)
    if seen.status == "cancelled":
        return None
    require_alive(uow, DepartedCustomer, seen.customer_id)
    return uow.get(Membership, membership_id, lock=True)


def look_at(uow: UnitOfWork, membership: Membership) -> None:
    """Have the membership looked at, at once; triggers do so whenever it, or a payment of it, changes."""
    place = {"id": membership.id, "network": uow.network_id, "at": uow.now}
    uow.session.execute(LOOK_AT, place)
    uow.ring("membership", membership.id)


def wake_customer(uow: UnitOfWork, customer_id: UUID) -> None:
    """Have a customer's memberships looked at: he has another way to pay now.

    Whoever works on one of them has not seen that, perhaps: his lease is taken, and he begins anew.
    """
    his = Membership.customer_id == customer_id
    _wake(uow, (Membership.status != "cancelled") & his)


def wake_all(uow: UnitOfWork) -> None:
    """Have every membership of the network looked at: its rules are others now."""
    _wake(uow, Membership.status != "cancelled")


def _wake(uow: UnitOfWork, which: ColumnElement[bool]) -> None:
    woken = (
        update(MembershipAgenda)
        .where(MembershipAgenda.id.in_(select(Membership.id).where(which)))
        .values(state="due", attempts=0, due_at=uow.now, lease_until=None, lease_token=None, last_error="")
        .returning(MembershipAgenda.id)
        .execution_options(synchronize_session=False)
    )
    for membership_id in uow.session.scalars(woken).all()[:RUNG]:
        uow.ring("membership", membership_id)
