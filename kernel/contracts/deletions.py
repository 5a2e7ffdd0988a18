"""Deleting a customer: what would go and what stays, the order, and where a deletion stands."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract
from kernel.contracts.money import Money

Way = Literal["everything", "hand_over"]
DeletionState = Literal["running", "refused", "done"]


class DeletionWay(Contract):
    """What becomes of memberships, sites and payments: ``hand_over`` gives them to ``heir_id``."""

    way: Way
    heir_id: UUID | None = None


class DeletionOrder(DeletionWay):
    """``POST /v1/customers/<id>/deletions``; ``email`` is what somebody typed to show that he means it.

    None: nobody was asked to type, a program calls.
    """

    email: Annotated[str, Field(max_length=320)] | None = None


class Said(Contract):
    """A sentence with named places and what stands in them, to be said in the reader's language."""

    template: str
    params: dict[str, str] = Field(default_factory=dict)


class Deletion(Contract):
    """``GET /v1/deletions/<id>``. A step that is done has its time; ``refusal`` says why nothing was.

    ``counts`` holds how much each step did, ``{"sites": 2, "mails": 14}``; ``requested_by`` is a name.
    """

    id: UUID
    customer_id: UUID
    number: int
    way: Way
    heir_id: UUID | None
    heir_number: int | None
    state: DeletionState
    requested_at: datetime
    requested_by: str
    billing_at: datetime | None
    sites_at: datetime | None
    ended_at: datetime | None
    refusal: Said | None
    counts: dict[str, int]


class Deletions(Contract):
    """``GET /v1/deletions``: those that run, then the newest."""

    items: list[Deletion]


class Trouble(Contract):
    """``GET /v1/deletions/<id>/trouble`` of each service: on what its step stumbled, empty for nothing."""

    error: str


class CustomerOutlook(Contract):
    """What the customers service would delete: ``counts`` by kind of record, ``{"mails": 14}``.

    ``refusal``: why he cannot be deleted now; ``running_id``: the deletion that is under way.
    """

    id: UUID
    number: int
    name: str
    email: str
    counts: dict[str, int]
    refusal: Said | None
    running_id: UUID | None


class NamedThing(Contract):
    """A membership or a site, by what people call it."""

    name: str
    detail: str
    state: str


class BillingOutlook(Contract):
    """What the billing service would do. ``received`` is net of refunds; ``refusal`` is the first reason."""

    memberships: list[NamedThing]
    membership_count: int
    running_count: int
    payment_count: int
    unpaid_count: int
    received: list[Money]
    refusal: Said | None


class SitesOutlook(Contract):
    """What the sites service would delete or hand over; ``visit_count``: admins on them right now."""

    sites: list[NamedThing]
    site_count: int
    page_count: int
    domain_count: int
    visit_count: int


class FormerCustomer(Contract):
    """``GET /v1/former-customers/<id>``: what bookkeeping law has us keep of a deleted customer.

    The address is None where no money ever changed hands, or the years are over.
    """

    id: UUID
    number: int
    deleted_at: datetime
    billed_to: "BilledTo | None"


class BilledTo(Contract):
    """The buyer as invoices must name him, kept until the end of ``keep_until``."""

    name: str
    line1: str
    line2: str
    postcode: str
    city: str
    state: str
    country: str
    vat_number: str
    keep_until: date
