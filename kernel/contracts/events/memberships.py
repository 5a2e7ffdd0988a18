"""What happened to memberships because somebody changed them, or paid."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.contracts.events.happened import Happened
from kernel.contracts.memberships import CancelCause
from kernel.contracts.money import Money


class MembershipExtended(Happened):
    """A membership was given time; ``expires_at`` is when all of it is over, None: never."""

    type: Literal["membership.extended"] = "membership.extended"
    membership_id: UUID
    customer_id: UUID
    number: int
    starts_at: datetime
    expires_at: datetime | None


class MembershipChanged(Happened):
    """Somebody changed what a membership consists of, costs, or when it ends: ``fields``, by their names."""

    type: Literal["membership.changed"] = "membership.changed"
    membership_id: UUID
    customer_id: UUID
    number: int
    product: str
    fields: list[str]
    is_free: bool
    expires_at: datetime | None


class MembershipChangeScheduled(Happened):
    type: Literal["membership.change_scheduled"] = "membership.change_scheduled"
    membership_id: UUID
    customer_id: UUID
    number: int
    due_at: datetime


class MembershipChangeWithdrawn(Happened):
    type: Literal["membership.change_withdrawn"] = "membership.change_withdrawn"
    membership_id: UUID
    customer_id: UUID
    number: int


class MembershipCancellationScheduled(Happened):
    """A membership ends when the time that is paid for is over, unless that is undone."""

    type: Literal["membership.cancellation_scheduled"] = "membership.cancellation_scheduled"
    membership_id: UUID
    customer_id: UUID
    number: int
    cancels_at: datetime
    cause: CancelCause
    reason: str


class MembershipCancellationUndone(Happened):
    type: Literal["membership.cancellation_undone"] = "membership.cancellation_undone"
    membership_id: UUID
    customer_id: UUID
    number: int


class MembershipTransferred(Happened):
    """A membership is another customer's now; ``received`` is what the payments that went along brought."""

    type: Literal["membership.transferred"] = "membership.transferred"
    membership_id: UUID
    customer_id: UUID
    former_customer_id: UUID
    number: int
    with_sites: bool
    payments: int
    received: list[Money]


class MembershipPaidTooLate(Happened):
    """Money came for a membership that was cancelled meanwhile: no time is given for it."""

    type: Literal["membership.paid_too_late"] = "membership.paid_too_late"
    membership_id: UUID
    customer_id: UUID
    payment_id: UUID
    number: int
    payment_number: int
    total: Money


class MembershipsExported(Happened):
    """Somebody took a list of memberships along: all, or those that were narrowed to."""

    type: Literal["membership.exported"] = "membership.exported"
    narrowed: dict[str, str]


MembershipEvent = (
    MembershipExtended
    | MembershipChanged
    | MembershipChangeScheduled
    | MembershipChangeWithdrawn
    | MembershipCancellationScheduled
    | MembershipCancellationUndone
    | MembershipTransferred
    | MembershipPaidTooLate
    | MembershipsExported
)
