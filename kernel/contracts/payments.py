"""Payments as somebody works with them: their list, their page, and what can be done."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kernel.contracts import billing
from kernel.contracts.billing import ChargeStatus, PaymentKind, PaymentRow, PaymentStatus
from kernel.contracts.common import Contract
from kernel.contracts.deletions import Said
from kernel.contracts.money import Currency, Money
from kernel.contracts.people import MOST_CUSTOMERS
from kernel.contracts.refunds import GivenReason, Refund

PaymentsTab = Literal[
    "all",
    "pending",
    "processing",
    "completed",
    "failed",
    "cancelled",
    "partially_refunded",
    "refunded",
    "disputed",
]
Amount = Annotated[int, Field(ge=0, le=2**53)]
"""Minor units; JSON numbers are exact up to there."""

Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=6, decimal_places=3)]
Seen = int | None
"""The version of the payment that the caller has seen; None: any."""


class PaymentsNarrowed(Contract):
    """Which payments: ``q`` is a number or what a gateway calls it, exactly; days are the network's.

    ``customers``: ids divided by commas; payments of theirs are found by ``q`` too, or alone without ``q``.
    """

    tab: PaymentsTab = "all"
    q: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    customers: Annotated[str, Field(max_length=40 * MOST_CUSTOMERS, pattern=r"^[0-9a-f,-]*$")] = ""
    gateway: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""
    kind: PaymentKind | Literal[""] = ""
    since: date | None = None
    until: date | None = None


class PaymentsQuery(PaymentsNarrowed):
    """``GET /v1/payments``: a page, newest first."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    after: str | None = None
    before: str | None = None


class PaymentListed(PaymentRow):
    """A row of the list. ``spent``: what came, less what went back."""

    kind: PaymentKind
    received: Money
    spent: Money
    due_at: datetime | None
    gateway_reference: str


class PaymentsList(Contract):
    """A page, the cursors of its neighbours, and how many payments each tab holds in all."""

    items: list[PaymentListed]
    counts: dict[PaymentsTab, int]
    before: str | None
    after: str | None


class Line(billing.LineItem):
    """A line as it is edited."""

    id: UUID
    tax_percent: Decimal
    product_id: UUID | None


class TaxShare(Contract):
    """What the lines of one rate come to: ``net`` without the tax."""

    percent: Decimal
    net: Money
    tax: Money


class Attempt(Contract):
    """An attempt to get the money. ``method`` is ``("visa", "4242")``, None on a page of the gateway's.

    ``needs_person``: it was looked at for days, and nobody knows. ``looks_at``: when it is looked at next.
    """

    id: UUID
    status: ChargeStatus
    amount: Money
    gateway: str
    reference: str
    method: tuple[str, str] | None
    reason: str
    code: str
    is_automatic: bool
    needs_person: bool
    created_at: datetime
    settled_at: datetime | None
    looks_at: datetime | None


class Booked(Contract):
    """A line of an entry in the ledger: debit above zero, credit below."""

    at: datetime
    act: str
    account: str
    amount: Money


class PaymentMethod(Contract):
    """A way to pay that a gateway keeps for a customer; ``expires`` is ``"2029-08"`` or empty."""

    id: UUID
    gateway: str
    brand: str
    last4: str
    expires: str
    is_default: bool
    saved_at: datetime


class PaymentMethods(Contract):
    """A customer's ways to pay, the one that is charged first."""

    items: list[PaymentMethod]


ActionName = Literal["complete", "charge", "end_page", "cancel", "send_link", "edit_lines", "refund", "keep"]


class Action(Contract):
    """What can be done with the payment, or ``refusal``: why not now."""

    name: ActionName
    refusal: Said | None = None


class Payment(billing.PaymentRow):
    """``GET /v1/payments/<id>``: all there is to know of a payment.

    ``former_customer_id``: who bought, and was deleted since. ``spent``: what came, less what went back.
    ``late_for``: the payment that was cancelled before this money came for it; ``waits``: nobody has said yet
    what becomes of it.
    """

    kind: PaymentKind
    former_customer_id: UUID | None
    membership_number: int | None
    gateway_reference: str
    due_at: datetime | None
    version: int
    discount: Money
    tax: Money
    received: Money
    spent: Money
    refundable: Money
    disputed: Money
    late_for: UUID | None
    late_for_number: int | None
    waits: bool
    lines: list[Line]
    taxes: list[TaxShare]
    refunds: list[Refund]
    attempts: list[Attempt]
    booked: list[Booked]
    methods: list[PaymentMethod]
    actions: list[Action]


class LineOrder(Contract):
    """A line to ask for. Without ``unit`` a product's own price is taken; without a description its name.

    ``unit`` and ``discount`` in minor units of the payment's currency.
    """

    product_id: UUID | None = None
    description: Annotated[str, Field(max_length=300)] = ""
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1
    unit: Amount | None = None
    discount: Amount = 0
    tax_percent: Percent = Decimal(0)


class LineEdit(LineOrder):
    """``seen``: the payment's version that the form showed."""

    seen: Seen = None


class PaymentOrder(Contract):
    """``POST /v1/payments``: ask a customer for money. ``gateway`` empty: the network's usual one."""

    customer_id: UUID
    membership_id: UUID | None = None
    currency: Currency
    lines: Annotated[tuple[LineOrder, ...], Field(min_length=1, max_length=100)]
    discount: Amount = 0
    due_on: date | None = None
    gateway: Annotated[str, Field(max_length=100)] = ""


class CompletionOrder(Contract):
    """``reference``: what the bank calls it, e.g. an OCR number."""

    reference: Annotated[str, Field(max_length=200)] = ""


class ChargeOrder(Contract):
    """``method_id`` None: the customer's default way to pay."""

    method_id: UUID | None = None


class ChargeDecision(Contract):
    """What a person found out about an attempt: its money came, or it did not; and how he knows.

    ``reference``: what the gateway calls what came; may be empty where the attempt has a name already.
    """

    has_come: bool
    reference: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    reason: GivenReason


Why = Literal["charge", "dispute", "late"]


class WaitingPayment(Contract):
    """A payment of which a person has to say something, and ``why``.

    ``charge``: nobody could find out what became of an attempt. ``dispute``: the bank took its money in
    another currency, and nobody has said yet what that is in the payment's own. ``late``: its money came
    for a payment that had been cancelled.
    """

    payment_id: UUID
    number: int
    customer_id: UUID
    amount: Money
    why: Why
    since: datetime


class WaitingPayments(Contract):
    """``GET /v1/payments/waiting``: those that wait longest first."""

    items: list[WaitingPayment]


class CancelOrder(Contract):
    """``reason``: for the history; the customer is not told."""

    reason: Annotated[str, Field(max_length=500)] = ""


class PayPageOrder(Contract):
    """Where the customer comes back to from the gateway's page, and which language it speaks."""

    return_to: Annotated[str, Field(max_length=1000)]
    language: Annotated[str, Field(max_length=10)] = ""


class ToPay(Contract):
    """A payment as whoever has its link sees it.

    ``page``: where the gateway takes the money, once it is made. ``can_pay``: a gateway can take it;
    else ``instructions`` say how to pay.
    """

    number: int
    status: PaymentStatus
    total: Money
    due_at: datetime | None
    lines: list[billing.LineItem]
    attempt: ChargeStatus | None
    page: str
    reason: str
    can_pay: bool
    instructions: str
