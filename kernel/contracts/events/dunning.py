"""What happened to memberships because time went by: asked for, not paid, on hold, over."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.contracts.events.happened import Happened
from kernel.contracts.money import Money


class RenewalAsked(Happened):
    """The time that comes next is to be paid until ``due_at``; ``is_charged``: by us, to a saved method."""

    type: Literal["membership.renewal_asked"] = "membership.renewal_asked"
    membership_id: UUID
    customer_id: UUID
    payment_id: UUID
    number: int
    payment_number: int
    product: str
    total: Money
    due_at: datetime
    is_trial: bool
    is_charged: bool


class PaymentDunned(Happened):
    """A try to charge failed, or there was nothing to try with; ``next_at``: when it is tried again."""

    type: Literal["payment.dunned"] = "payment.dunned"
    payment_id: UUID
    membership_id: UUID
    customer_id: UUID
    number: int
    product: str
    total: Money
    step: int
    steps: int
    reason: str
    next_at: datetime | None
    holds_at: datetime | None


class MembershipHeld(Happened):
    """A membership is on hold because the payment was not paid; it expires then."""

    type: Literal["membership.held"] = "membership.held"
    membership_id: UUID
    customer_id: UUID
    payment_id: UUID
    number: int
    payment_number: int
    product: str
    total: Money
    expires_at: datetime


class MembershipExpired(Happened):
    """A membership is over; ``unpaid``: it can still be paid, ``completed``: nothing was to follow."""

    type: Literal["membership.expired"] = "membership.expired"
    membership_id: UUID
    customer_id: UUID
    payment_id: UUID | None
    number: int
    product: str
    cause: Literal["unpaid", "completed"]


DunningEvent = RenewalAsked | PaymentDunned | MembershipHeld | MembershipExpired
