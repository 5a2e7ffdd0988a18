"""Memberships: what they consist of, what may be changed of them, and what that costs."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from kernel.contracts.billing import MembershipRow, MembershipStatus, PaymentRow, Period
from kernel.contracts.common import Contract
from kernel.contracts.money import Currency, Money
from kernel.contracts.people import MOST_CUSTOMERS

Reason = Annotated[str, Field(max_length=1000)]
Versions = list[int] | None
"""Versions of the membership that the caller has seen, one of them the present; None: any."""

CancelCause = Literal[
    "",
    "too_expensive",
    "unused",
    "missing_features",
    "too_complex",
    "quality",
    "switched",
    "not_paid",
    "duplicate",
    "other",
]
When = Literal["now", "period_end"]
Day = date | None
Pricing = Literal["recompute", "keep"]
MembershipsTab = Literal["all", "trialing", "active", "pending", "on_hold", "expired", "cancelled"]


class ProductQuantity(Contract):
    """So many of a product."""

    product_id: UUID
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1


Products = Annotated[tuple[ProductQuantity, ...], Field(min_length=1, max_length=50)]
"""All that a membership consists of, the plan first."""


class MembershipItem(ProductQuantity):
    """A product of a membership; ``unit`` is what one of it costs per period, as agreed."""

    product: str
    kind: str
    unit: Money


class ChangeOrder(Contract):
    """``POST /v1/memberships/<id>/changes``: what it is to consist of, all of it: the plan first.

    ``price``: what the products cost today, or what was agreed on before; ``amount`` (minor units per
    period) agrees on another price. ``keeps_period``: it is billed as often as before, and ``period`` says
    nothing; else by ``period``, None: once. ``when``: now, what is unused being counted against it, or when
    the time that runs is over.
    """

    products: Products
    price: Pricing = "recompute"
    amount: Annotated[int, Field(ge=0, le=2**53)] | None = None
    keeps_period: bool = True
    period: Period | None = None
    when: When = "now"
    seen: Versions = None


class PreviewLine(Contract):
    """A part of what a change costs: for what, and for which time. ``amount`` is below zero for a credit."""

    description: str
    amount: Money
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class ChangePreview(Contract):
    """What a change would do, to the minor unit; nothing is changed.

    ``takes_effect_at``: now, or when the time that runs is over. ``lines`` sum to ``due`` and, below zero,
    to what is left as ``credit`` for the payments that come next. ``price`` is per ``period`` from then on,
    ``price_before`` what it was. ``next_at`` and ``next_due``: when the next payment is due, and how much
    of it is left once the credit is used up. ``replaces``: the number of an unpaid payment that is
    cancelled and asked for anew. ``version``: of the membership that was looked at.
    """

    takes_effect_at: datetime
    lines: list[PreviewLine]
    due: Money
    credit: Money
    price_before: Money
    price: Money
    period: Period | None
    expires_at: datetime | None
    next_at: datetime | None
    next_due: Money | None
    replaces: int | None
    version: int


class ScheduledItem(ProductQuantity):
    """A product that a membership is going to have; ``unit`` as it was agreed."""

    product: str
    unit: Money


class ScheduledChange(Contract):
    """A change that is still to come: what the membership will consist of, and cost per ``period``."""

    due_at: datetime
    products: list[ScheduledItem]
    price: Money
    period: Period | None
    actor: str
    created_at: datetime


class ChangeMade(Contract):
    """``POST /v1/memberships/<id>/changes``: what was done; ``payment_id``: what is to be paid for it now."""

    preview: ChangePreview
    payment_id: UUID | None


class Membership(MembershipRow):
    """``GET /v1/memberships/<id>``: the membership as somebody edits it.

    ``credit`` is what is left of time that was taken back; the next payments use it up. ``paid`` is what
    came of its payments, less what went back. ``cycles``: how many periods are billed, None: until it ends
    otherwise. ``allowed``: what its status may become by hand; ``refused``: what it may not, and why.
    """

    auto_renew: bool
    gateway: str
    trial_ends_at: datetime | None
    cancelled_at: datetime | None
    payments: list[PaymentRow]
    items: list[MembershipItem]
    amount: Money
    setup_fee: Money
    credit: Money
    paid: Money
    trial_days: int
    cycles: int | None
    cycles_billed: int
    anchor_day: int | None
    held_at: datetime | None
    cancels_at: datetime | None
    cancel_cause: CancelCause
    cancel_reason: str
    method_id: UUID | None
    gateway_customer: str
    gateway_subscription: str
    resumes_id: UUID | None
    resumed_by_id: UUID | None
    scheduled: ScheduledChange | None
    allowed: list[MembershipStatus]
    refused: dict[MembershipStatus, str]
    version: int


class MembershipListRow(MembershipRow):
    """A membership as the list shows it."""

    auto_renew: bool
    gateway: str
    cancels_at: datetime | None
    trial_ends_at: datetime | None


class MembershipsNarrowed(Contract):
    """Which memberships. ``q``: a number; ``customers``: ids with commas between them, theirs are found too.

    ``product_id``: the plan, or something on top of it. Days are the network's, both included; ``renews``:
    the next payment is asked for by itself then.
    """

    tab: MembershipsTab = "all"
    q: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    customers: Annotated[str, Field(max_length=40 * MOST_CUSTOMERS, pattern=r"^[0-9a-f,-]*$")] = ""
    product_id: UUID | None = None
    gateway: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""
    created_from: Day = None
    created_until: Day = None
    expires_from: Day = None
    expires_until: Day = None
    renews_from: Day = None
    renews_until: Day = None

    @property
    def created(self) -> tuple[date | None, date | None]:
        return self.created_from, self.created_until

    @property
    def expires(self) -> tuple[date | None, date | None]:
        return self.expires_from, self.expires_until

    @property
    def renews(self) -> tuple[date | None, date | None]:
        return self.renews_from, self.renews_until


class MembershipsQuery(MembershipsNarrowed):
    """``GET /v1/memberships``: a page, newest first."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    after: str | None = None
    before: str | None = None


class MembershipCounts(Contract):
    """How many memberships each tab holds, whatever is searched for."""

    all: int = 0
    trialing: int = 0
    active: int = 0
    pending: int = 0
    on_hold: int = 0
    expired: int = 0
    cancelled: int = 0


class MembershipsList(Contract):
    """``GET /v1/memberships``: newest first. Opaque cursors; None: the end."""

    items: list[MembershipListRow]
    counts: MembershipCounts
    after: str | None
    before: str | None


class NewMembership(Contract):
    """``POST /v1/memberships``: a membership made by hand.

    ``amount`` (minor units per period): agreed on instead of what the products cost. ``period`` None: paid
    once. ``trial_days`` None: as the products have it, the shortest of them. ``status``: ``active`` starts
    its time without a payment. ``expires_at``: until when, instead of one period; ``is_lifetime``: it never
    ends and is asked for no more. ``asks``: the first payment is asked for, and starts it once it is paid.
    """

    customer_id: UUID
    products: Products
    currency: Currency
    period: Period | None = None
    amount: Annotated[int, Field(ge=0, le=2**53)] | None = None
    trial_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    auto_renew: bool = True
    gateway: Annotated[str, Field(max_length=50)] = "manual"
    status: Literal["pending", "active"] = "pending"
    expires_at: datetime | None = None
    is_lifetime: bool = False
    asks: bool = True


class MembershipChanges(Contract):
    """What is named is changed, and nothing else; None takes away.

    ``amount`` in minor units per period. ``expires_at``: paid time that is taken away becomes credit.
    """

    amount: Annotated[int, Field(ge=0, le=2**53)] = 0
    period: Period | None = None
    cycles: Annotated[int, Field(ge=1, le=10_000)] | None = None
    cycles_billed: Annotated[int, Field(ge=0, le=10_000)] = 0
    started_at: datetime | None = None
    trial_ends_at: datetime | None = None
    expires_at: datetime | None = None
    auto_renew: bool = True
    gateway: Annotated[str, Field(max_length=50)] = "manual"
    gateway_customer: Annotated[str, Field(max_length=200)] = ""
    gateway_subscription: Annotated[str, Field(max_length=200)] = ""
    method_id: UUID | None = None

    @model_serializer(mode="wrap")
    def _only_what_is_named(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is not named is not sent either: it would take away."""
        return {name: value for name, value in handler(self).items() if name in self.model_fields_set}


class MembershipEdit(Contract):
    """``PATCH /v1/memberships/<id>``."""

    seen: Versions
    changes: MembershipChanges
    reason: Reason = ""


class StatusOrder(Contract):
    """``POST /v1/memberships/<id>/status``: the status by hand, along the table of transitions."""

    status: Literal["trialing", "active", "on_hold", "expired"]
    reason: Reason = ""
    seen: Versions = None


class CancellationOrder(Contract):
    """``POST /v1/memberships/<id>/cancellation``: now, or when the time that is paid for is over."""

    when: When
    cause: CancelCause = ""
    reason: Reason = ""
    seen: Versions = None


class MembershipReason(Contract):
    """Why something is done."""

    reason: Reason = ""
    seen: Versions = None


class VersionSeen(Contract):
    """``DELETE`` of what a membership waits for: ``seen`` is the version that was looked at; None: any."""

    seen: Annotated[int, Field(ge=0, le=2**53)] | None = None

    @property
    def versions(self) -> list[int] | None:
        return None if self.seen is None else [self.seen]


class ResubscribeOrder(Contract):
    """``POST /v1/memberships/<id>/resubscription``: a new membership that goes on from a cancelled one.

    ``price``: what the products cost today, or what was agreed on before.
    """

    price: Pricing = "recompute"


class TransferOrder(Contract):
    """``POST /v1/memberships/<id>/transfer``: to another customer, with its sites and what he paid by choice.

    What is not paid yet always goes along. ``reason`` stands in the history.
    """

    customer_id: UUID
    with_sites: bool = True
    with_payments: bool = False
    reason: Reason = ""
    seen: Versions = None


class TransferOutlook(Contract):
    """``GET /v1/memberships/<id>/transfer``: what there is to go along."""

    paid_count: int
    unpaid_count: int
    received: Money
    version: int


class HistoryLine(Contract):
    """Who did what to a membership, and why; ``before`` and ``after`` name what is another now."""

    id: UUID
    at: datetime
    actor: str
    impersonator: UUID | None
    act: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


class MembershipHistory(Contract):
    """``GET /v1/memberships/<id>/history``: newest first."""

    items: list[HistoryLine]
    after: str | None


class PeriodLine(Contract):
    """A stretch of time that a membership had, or is asked to pay for (``granted_at`` None)."""

    kind: str
    starts_at: datetime
    ends_at: datetime | None
    amount: Money
    payment_id: UUID | None
    granted_at: datetime | None


class MembershipPeriods(Contract):
    """``GET /v1/memberships/<id>/periods``: newest first, at most 100."""

    items: list[PeriodLine]
