"""Giving money back: what is asked for, what became of it, and what a person decides."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kernel.contracts.common import After, Contract
from kernel.contracts.money import Money

RefundStatus = Literal["requested", "submitting", "unknown", "pending", "succeeded", "failed", "reversed"]
"""``unknown``: nobody can say yet whether the money went back. ``reversed``: it went, and came again."""

MembershipEffect = Literal["keep", "cancel_now", "cancel_at_period_end"]
"""What a refund does to the membership that was paid for."""

DisputeStatus = Literal["needs_response", "under_review", "won", "lost", "prevented", "inquiry"]
"""``inquiry``: the bank asks, and has taken nothing. ``prevented``: it asked, and took nothing in the end."""

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
GivenReason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class RefundOrder(Contract):
    """``POST /v1/payments/<id>/refunds``.

    ``is_by_hand``: whoever asks has given the money back himself, past the payment gateway; it is only
    written down.
    """

    amount: Money
    reason: Reason = ""
    effect: MembershipEffect = "keep"
    is_by_hand: bool = False


class Refund(Contract):
    """Money given back, or on its way.

    ``is_settled``: it is certain what became of it. ``needs_person``: it is not, and nobody asks the gateway
    any more by itself. ``origin``: ``atoll``, or ``gateway`` for one that was made there. ``failure`` says
    why it failed, or why nobody knows. ``asks_again_at``: when the gateway is asked next. ``asked``: what was
    asked for, where the gateway gave back another amount.
    """

    id: UUID
    payment_id: UUID
    payment_number: int
    customer_id: UUID
    amount: Money
    asked: Money | None
    reason: str
    status: RefundStatus
    effect: MembershipEffect
    gateway: str
    reference: str
    origin: Literal["atoll", "gateway"]
    failure: str
    is_settled: bool
    needs_person: bool
    attempts: int
    asks_again_at: datetime | None
    created_at: datetime
    submitted_at: datetime | None
    settled_at: datetime | None


Which = Literal["needs_person", "unsettled", "succeeded", "failed", "reversed"]


class RefundQuery(After):
    """Which refunds: all without ``which``; ``unsettled`` are those of which it is not certain yet."""

    which: Which | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Refunds(Contract):
    """``GET /v1/refunds``: newest first. ``after`` None: the end."""

    items: list[Refund]
    after: str | None


class RefundAlert(Contract):
    """``GET /v1/refunds/alert``: how many refunds, and ``payments``, wait for a person to say something."""

    needs_person: int
    payments: int = 0


class RefundDecision(Contract):
    """What a person found out about a refund: the money went back, or it did not; and how he knows."""

    has_gone: bool
    reason: GivenReason


class Dispute(Contract):
    """A payment whose money the customer's bank takes back, or wants to; ``fee`` is what that costs.

    ``taken``: what the bank has of it now. ``is_held``: it is in another currency than the payment, so that
    nothing of it is booked until a person says what the bank took in the payment's own.
    """

    id: UUID
    payment_id: UUID
    status: DisputeStatus
    amount: Money
    taken: Money
    fee: Money | None
    reason: str
    gateway: str
    reference: str
    is_held: bool
    created_at: datetime
    decided_at: datetime | None


class DisputeSaid(Contract):
    """What the bank has of a payment now, in the payment's own currency, and how the person knows."""

    amount: Money
    reason: GivenReason


class PaymentBalance(Contract):
    """What of a payment has gone back and what may still, with all that happened to it.

    ``left`` may be asked back. ``lost``: what was given back and the customer's bank took all the same.
    ``is_by_hand``: a person gives the money back, no gateway does.
    """

    payment_id: UUID
    number: int
    customer_id: UUID
    status: str
    is_by_hand: bool
    has_membership: bool
    captured: Money
    refunded: Money
    on_its_way: Money
    disputed: Money
    left: Money
    lost: Money
    refunds: list[Refund]
    disputes: list[Dispute]
