"""What happened to payments beside being asked for and received, and to the ways to pay."""

from typing import Literal
from uuid import UUID

from kernel.contracts.events.happened import Happened
from kernel.contracts.money import Money


class PaymentCancelled(Happened):
    """Nobody asks for the money any more; ``reason`` is what a person wrote, or empty."""

    type: Literal["payment.cancelled"] = "payment.cancelled"
    payment_id: UUID
    customer_id: UUID
    membership_id: UUID | None
    number: int
    total: Money
    reason: str


class PaymentLinesChanged(Happened):
    """What is asked for is something else now."""

    type: Literal["payment.lines_changed"] = "payment.lines_changed"
    payment_id: UUID
    customer_id: UUID
    number: int
    before: Money
    total: Money


class PaymentReceivedTwice(Happened):
    """Money came for a payment that wanted none any more; it became a payment of its own."""

    type: Literal["payment.received_twice"] = "payment.received_twice"
    payment_id: UUID
    extra_id: UUID
    customer_id: UUID
    number: int
    extra_number: int
    amount: Money


class LateMoneyKept(Happened):
    """Money that came after its payment was cancelled is kept for what that one was for."""

    type: Literal["payment.late_money_kept"] = "payment.late_money_kept"
    payment_id: UUID
    customer_id: UUID
    membership_id: UUID | None
    number: int
    cancelled_number: int
    amount: Money


class _OfCharge(Happened):
    charge_id: UUID
    payment_id: UUID
    customer_id: UUID
    number: int
    amount: Money


class ChargeGivenUp(_OfCharge):
    """The gateway was asked often enough what became of an attempt: a person has to find out."""

    type: Literal["payment.charge_given_up"] = "payment.charge_given_up"
    reason: str


class ChargeDecided(_OfCharge):
    """A person found out what became of an attempt; ``reference`` is what the gateway calls what came."""

    type: Literal["payment.charge_decided"] = "payment.charge_decided"
    has_come: bool
    reference: str
    reason: str


class PaymentsExported(Happened):
    """Somebody took a list of payments along: all, or those that were narrowed to."""

    type: Literal["payment.exported"] = "payment.exported"
    narrowed: dict[str, str]


class PaymentMethodSaved(Happened):
    """A gateway keeps a way to pay for the customer, e.g. a card that ends in ``4242``."""

    type: Literal["payment_method.saved"] = "payment_method.saved"
    method_id: UUID
    customer_id: UUID
    gateway: str
    brand: str
    last4: str


class PaymentMethodRemoved(Happened):
    type: Literal["payment_method.removed"] = "payment_method.removed"
    method_id: UUID
    customer_id: UUID
    gateway: str
    brand: str
    last4: str


PaymentEvent = (
    PaymentCancelled
    | PaymentLinesChanged
    | PaymentReceivedTwice
    | LateMoneyKept
    | ChargeGivenUp
    | ChargeDecided
    | PaymentsExported
    | PaymentMethodSaved
    | PaymentMethodRemoved
)
