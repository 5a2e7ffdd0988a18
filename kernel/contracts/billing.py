"""What the billing service says and is asked."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.contracts.common import Contract
from kernel.contracts.money import Money

MembershipStatus = Literal["pending", "trialing", "active", "on_hold", "expired", "cancelled"]
PaymentStatus = Literal[
    "pending", "processing", "completed", "failed", "cancelled", "partially_refunded", "refunded", "disputed"
]
ChargeStatus = Literal[
    "requested", "submitting", "waiting", "pending", "unknown", "succeeded", "failed", "cancelled"
]
"""``waiting``: the customer has a page to pay on. ``unknown``: the gateway did not answer."""

PaymentKind = Literal["first", "renewal", "change", "other"]
"""``first`` with what setting up costs, ``renewal`` of a period, what a ``change`` costs, or ``other``."""

PeriodUnit = Literal["day", "week", "month", "year"]


class Period(Contract):
    """``Period(length=3, unit="month")``: every three months."""

    length: int
    unit: PeriodUnit


class MembershipRow(Contract):
    """A membership as the customer page shows it; ``price`` is per ``period`` (None: once).

    ``waits_for_verification``: it starts once the customer's e-mail address is verified;
    ``was_left_pending``: when that was done, whoever did it wanted nothing to start.
    """

    id: UUID
    number: int
    customer_id: UUID
    status: MembershipStatus
    product: str
    price: Money
    period: Period | None
    started_at: datetime | None
    expires_at: datetime | None
    created_at: datetime
    waits_for_verification: bool = False
    was_left_pending: bool = False


class PaymentRow(Contract):
    """A payment as the customer page shows it."""

    id: UUID
    number: int
    customer_id: UUID
    membership_id: UUID | None
    status: PaymentStatus
    total: Money
    refunded: Money
    gateway: str
    created_at: datetime
    completed_at: datetime | None


class LineItem(Contract):
    """A line of a payment. ``total = quantity * unit - discount + tax``, in minor units."""

    description: str
    quantity: int
    unit: Money
    discount: Money
    tax: Money
    total: Money


class PendingStarted(Contract):
    """``POST /v1/customers/<id>/memberships/start-pending``: how many were started, or wait anew."""

    number: int


class CustomerBilling(Contract):
    """``GET /v1/customers/<id>/billing``: one call for every billing panel of the customer page.

    The newest 10 of each, and how many there are; ``left_pending`` of the memberships can be started.
    """

    memberships: list[MembershipRow]
    membership_count: int
    left_pending: int = 0
    payments: list[PaymentRow]
    payment_count: int
