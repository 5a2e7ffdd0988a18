"""End a membership, now or when what is paid is over; think better of it; come back later."""

from datetime import datetime
from uuid import UUID

from kernel.contracts.events import MembershipCancellationScheduled, MembershipCancellationUndone
from kernel.contracts.memberships import CancelCause
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.memberships.bills import withdraw_all, withdraw_bills
from services.billing.memberships.history import record, require_version
from services.billing.memberships.lifecycle import change_status
from services.billing.memberships.schedule import withdraw_scheduled
from services.billing.memberships.transitions import transition
from services.billing.models import Membership


class NothingLeftToRun(Conflict):
    """The membership has no paid time whose end could be waited for."""


class NotBeingCancelled(Conflict):
    """There is no cancellation to undo."""


class CancelledAlready(Conflict):
    """The membership ends at the end of its time already."""


def cancel_now(
    uow: UnitOfWork,
    membership_id: UUID,
    *,
    cause: CancelCause = "",
    reason: str = "",
    seen: list[int] | None = None,
) -> Membership:
    """End the membership at once; what is unpaid of it is asked for no more. Raises TransitionNotAllowed.

    A charge that is under way cannot be stopped: if it brings money, no time is given, and that is said. Time
    that was paid for is kept until it is over; money back is a refund.
    """
    membership = uow.get(Membership, membership_id, lock=True)
    require_version(membership, seen)
    transition(membership.status, "cancelled")
    withdraw_all(uow, membership)
    withdraw_scheduled(uow, membership)
    membership.cancel_cause, membership.cancel_reason = cause, reason
    return change_status(uow, membership.id, "cancelled", reason=reason or cause)


def cancel_at_period_end(
    uow: UnitOfWork,
    membership_id: UUID,
    *,
    cause: CancelCause = "",
    reason: str = "",
    seen: list[int] | None = None,
) -> Membership:
    """Let the membership end when the time that runs is over; nothing more is asked for.

    Raises TransitionNotAllowed, CancelledAlready, NothingLeftToRun, and ChargeUnderWay while the time that
    follows is being charged.
    """
    membership = uow.get(Membership, membership_id, lock=True)
    require_version(membership, seen)
    transition(membership.status, "cancelled")
    if membership.cancels_at is not None:
        raise CancelledAlready(N_("This membership is cancelled at the end of its time already."))
    cancels_at = end_of_time(membership, uow.now)
    withdraw_bills(uow, membership)
    withdraw_scheduled(uow, membership)
    membership.cancels_at = cancels_at
    membership.cancel_cause, membership.cancel_reason = cause, reason
    record(
        uow,
        membership,
        act="cancel at period end",
        before={"cancels_at": None},
        after={"cancels_at": cancels_at, "cause": cause},
        reason=reason,
    )
    uow.publish(
        MembershipCancellationScheduled(
            membership_id=membership.id,
            customer_id=membership.customer_id,
            number=membership.number,
            cancels_at=cancels_at,
            cause=cause,
            reason=reason,
        )
    )
    return membership


def undo_cancellation(uow: UnitOfWork, membership_id: UUID, *, seen: list[int] | None = None) -> Membership:
    """Let a membership go on that was to end with its time. Raises NotBeingCancelled, ChangedMeanwhile."""
    membership = uow.get(Membership, membership_id, lock=True)
    uow.identity.require("billing.edit")
    require_version(membership, seen)
    if membership.cancels_at is None or membership.status == "cancelled":
        raise NotBeingCancelled(N_("This membership is not being cancelled, so there is nothing to undo."))
    before = membership.cancels_at
    membership.cancels_at, membership.cancel_cause, membership.cancel_reason = None, "", ""
    record(
        uow, membership, act="undo cancellation", before={"cancels_at": before}, after={"cancels_at": None}
    )
    uow.publish(
        MembershipCancellationUndone(
            membership_id=membership.id, customer_id=membership.customer_id, number=membership.number
        )
    )
    return membership


def end_of_time(membership: Membership, now: datetime) -> datetime:
    """Return when the time that runs is over. Raises NothingLeftToRun."""
    ends_at = membership.trial_ends_at if membership.status == "trialing" else membership.expires_at
    if membership.status == "pending" or ends_at is None:
        raise NothingLeftToRun(
            N_("This membership has no time with an end. It can be cancelled or changed now.")
        )
    if ends_at <= now:
        raise NothingLeftToRun(N_("The time of this membership is over already. Do it now."))
    return ends_at
