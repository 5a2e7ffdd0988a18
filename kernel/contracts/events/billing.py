"""What happened to memberships and payments."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.contracts.billing import MembershipStatus
from kernel.contracts.events.happened import Happened
from kernel.contracts.money import Money


class PaymentGatewayChanged(Happened):
    """``before`` and ``after`` hold what may be told; ``secrets`` only names those that were given anew."""

    type: Literal["payment_gateway.changed"] = "payment_gateway.changed"
    gateway: str
    before: dict[str, object]
    after: dict[str, object]
    secrets: tuple[str, ...]


class MembershipStarted(Happened):
    type: Literal["membership.started"] = "membership.started"
    membership_id: UUID
    customer_id: UUID
    number: int
    product: str
    status: MembershipStatus
    is_free: bool = False
    expires_at: datetime | None = None


class MembershipStatusChanged(Happened):
    type: Literal["membership.status_changed"] = "membership.status_changed"
    membership_id: UUID
    customer_id: UUID
    number: int
    before: MembershipStatus
    after: MembershipStatus
    reason: str = ""
    expires_at: datetime | None = None


class PendingMembershipsStarted(Happened):
    """An admin started what had been left pending when the customer was verified; each says so too."""

    type: Literal["membership.pending_started"] = "membership.pending_started"
    customer_id: UUID
    numbers: list[int]


class PaymentCreated(Happened):
    type: Literal["payment.created"] = "payment.created"
    payment_id: UUID
    customer_id: UUID
    membership_id: UUID | None
    number: int
    total: Money


class PaymentCompleted(Happened):
    type: Literal["payment.completed"] = "payment.completed"
    payment_id: UUID
    customer_id: UUID
    membership_id: UUID | None
    number: int
    total: Money


class PaymentFailed(Happened):
    type: Literal["payment.failed"] = "payment.failed"
    payment_id: UUID
    customer_id: UUID
    number: int
    total: Money
    reason: str


BillingEvent = (
    PaymentGatewayChanged
    | MembershipStarted
    | MembershipStatusChanged
    | PendingMembershipsStarted
    | PaymentCreated
    | PaymentCompleted
    | PaymentFailed
)
