"""What happened to money on its way back, and to payments that a customer's bank disputes."""

from typing import Literal
from uuid import UUID

from kernel.contracts.events.happened import Happened
from kernel.contracts.money import Money
from kernel.contracts.refunds import DisputeStatus, MembershipEffect


class _OfRefund(Happened):
    refund_id: UUID
    payment_id: UUID
    customer_id: UUID
    number: int
    amount: Money


class RefundRequested(_OfRefund):
    """Somebody asked for money of payment ``number`` to be given back."""

    type: Literal["refund.requested"] = "refund.requested"
    reason: str
    effect: MembershipEffect
    is_by_hand: bool


class PaymentRefunded(_OfRefund):
    """The money went back."""

    type: Literal["payment.refunded"] = "payment.refunded"


class RefundFailed(_OfRefund):
    """It is certain that the money did not go."""

    type: Literal["refund.failed"] = "refund.failed"
    reason: str


class RefundReversed(_OfRefund):
    """The money had gone, and came again: the customer's bank did not take it."""

    type: Literal["refund.reversed"] = "refund.reversed"
    reason: str


class RefundUnknown(_OfRefund):
    """The gateway did not say what became of it; it is asked again."""

    type: Literal["refund.unknown"] = "refund.unknown"
    reason: str


class RefundGivenUp(_OfRefund):
    """The gateway was asked often enough without an answer: a person has to find out."""

    type: Literal["refund.given_up"] = "refund.given_up"
    reason: str


class RefundDecided(_OfRefund):
    """A person found out what became of it."""

    type: Literal["refund.decided"] = "refund.decided"
    has_gone: bool
    reason: str


class RefundAskedAgain(_OfRefund):
    """A person had the gateway asked once more."""

    type: Literal["refund.asked_again"] = "refund.asked_again"


class PaymentDisputed(Happened):
    """The customer's bank takes ``amount`` of a payment back."""

    type: Literal["payment.disputed"] = "payment.disputed"
    dispute_id: UUID
    payment_id: UUID
    customer_id: UUID
    number: int
    amount: Money
    reason: str


class PaymentInquired(Happened):
    """The customer's bank asks about a payment, and has taken nothing: giving it back is one answer."""

    type: Literal["payment.inquired"] = "payment.inquired"
    dispute_id: UUID
    payment_id: UUID
    customer_id: UUID
    number: int
    amount: Money
    reason: str


class DisputeWrittenDown(Happened):
    """A person said what the bank has of a payment, ``taken`` in its own currency; it disputes ``amount``."""

    type: Literal["payment.dispute_written_down"] = "payment.dispute_written_down"
    dispute_id: UUID
    payment_id: UUID
    customer_id: UUID
    number: int
    amount: Money
    taken: Money
    reason: str


class DisputeEnded(Happened):
    """``lost``: the bank keeps ``amount``; ``won`` and ``prevented``: it does not.

    ``returned`` is what came again of what the bank had: nothing when it is lost.
    """

    type: Literal["payment.dispute_ended"] = "payment.dispute_ended"
    dispute_id: UUID
    payment_id: UUID
    customer_id: UUID
    number: int
    amount: Money
    returned: Money
    outcome: DisputeStatus


RefundEvent = (
    RefundRequested
    | PaymentRefunded
    | RefundFailed
    | RefundReversed
    | RefundUnknown
    | RefundGivenUp
    | RefundDecided
    | RefundAskedAgain
    | PaymentDisputed
    | PaymentInquired
    | DisputeEnded
    | DisputeWrittenDown
)
