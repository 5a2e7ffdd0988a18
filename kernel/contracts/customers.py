"""What the customers service says and is asked."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.access import Role, VisitMode
from kernel.contracts.common import Contract
from kernel.contracts.custom_fields import CustomField, FieldValue
from kernel.contracts.mails import MailList
from kernel.contracts.money import Money
from kernel.contracts.notes import Notes

Verification = Literal["none", "pending", "verified"]
CustomersTab = Literal["all", "vip", "online", "unverified"]
CustomersSort = Literal["newest", "name", "last_sign_in", "spent"]


class CustomersQuery(Contract):
    """The list as asked for; the same names stand in the address of the page and of the API."""

    tab: CustomersTab = "all"
    q: Annotated[str, Field(max_length=200)] = ""
    sort: CustomersSort = "newest"
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    after: str | None = None
    before: str | None = None


class CustomerRow(Contract):
    """A customer as the list shows him."""

    id: UUID
    number: int
    name: str
    email: str
    username: str
    is_vip: bool
    verification: Verification
    unreachable_since: datetime | None
    last_sign_in_at: datetime | None
    is_online: bool
    created_at: datetime
    memberships: int
    sites: int
    spent: tuple[Money, ...]
    custom: dict[str, FieldValue]

    def __hash__(self) -> int:
        """What is drawn of a customer is kept by him; two that differ are told apart by ``==``."""
        return hash(self.id)


class TabCounts(Contract):
    """How many customers each tab holds, whatever is searched for."""

    all: int
    vip: int
    online: int
    unverified: int


class CustomersList(Contract):
    """``GET /v1/customers``: the page, and the count of each tab. Opaque cursors; None: the end.

    ``fields``: the custom fields that lists show.
    """

    items: list[CustomerRow]
    counts: TabCounts
    fields: list[CustomField]
    after: str | None
    before: str | None


class BillingInfo(Contract):
    """Where the invoices go. Country: ISO 3166-1 alpha-2."""

    company: str = ""
    email: str = ""
    line1: str = ""
    line2: str = ""
    postcode: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    vat_number: str = ""


class SignIn(Contract):
    """One attempt to sign in. ``country``: ISO 3166-1 alpha-2, empty when unknown; ``door``: where.

    ``lacks_code``: it failed although the password was right, for want of the second factor's code.
    """

    at: datetime
    door: Literal["admin", "site"]
    ip: str
    country: str
    device: str
    succeeded: bool
    lacks_code: bool = False


class TimelineEntry(Contract):
    """A line of the Events block. ``type`` is the event's type, ``facts`` its JSON.

    In the list of the whole network ``about_name`` says whom it concerns: a customer, or another account.
    """

    id: UUID
    at: datetime
    type: str
    actor: str
    actor_name: str
    facts: dict[str, object]
    about_name: str = ""


class Customer(Contract):
    """``GET /v1/customers/<id>``: all that the customers service knows for the customer page.

    ``unreachable_reason`` is what the mail server said when it refused his address; ``deletion_id`` is the
    deletion that is under way.
    """

    id: UUID
    account_id: UUID
    number: int
    name: str
    first_name: str
    last_name: str
    email: str
    username: str
    phone: str
    locale: str
    time_zone: str
    is_vip: bool
    verification: Verification
    unreachable_since: datetime | None
    unreachable_reason: str
    role: Role | None
    is_active: bool
    deletion_id: UUID | None = None
    is_online: bool
    locked_until: datetime | None
    last_sign_in_at: datetime | None
    last_sign_out_at: datetime | None
    created_at: datetime
    modified_at: datetime
    version: int
    billing: BillingInfo
    memberships: int
    sites: int
    spent: tuple[Money, ...]
    custom: dict[str, FieldValue]
    custom_fields: list[CustomField]
    sign_ins: list[SignIn]
    timeline: list[TimelineEntry]
    timeline_after: str | None
    notes: Notes
    mails: MailList


class Timeline(Contract):
    """``GET /v1/timeline``: entries about one object, newest first."""

    items: list[TimelineEntry]
    after: str | None


class VisitChangesQuery(Contract):
    """``GET /v1/visit-changes``: what an admin did in the place of a customer, ``account_id`` his account."""

    customer_id: UUID
    account_id: UUID
    admin_id: UUID
    since: datetime
    until: datetime


class VipChange(Contract):
    """``PUT /v1/customers/<id>/vip``."""

    is_vip: bool


class Credentials(Contract):
    """``POST /v1/sign-ins``: who wants in, on which door, from where.

    ``door`` says whose sign-in page it was: ``admin`` lets in accounts with a role, ``site``
    the customer who owns ``customer_id``.
    """

    login: Annotated[str, Field(max_length=320)]
    password: Annotated[str, Field(max_length=1024)]
    door: Literal["admin", "site"]
    customer_id: UUID | None = None
    ip: str
    user_agent: Annotated[str, Field(max_length=1000)] = ""


class Standing(Contract):
    """``GET /v1/standing``: who an account is now. ``epoch`` rises when its sessions must end.

    An admin who ``must_set_up_second_factor`` has no more permissions than a site owner until he has.
    """

    account_id: UUID
    customer_id: UUID | None
    name: str
    email: str
    role: Role | None
    permissions: list[str]
    epoch: int
    locale: str
    time_zone: str = ""
    preferences: dict[str, str]
    must_set_up_second_factor: bool = False


class KeyProof(Contract):
    """``POST /v1/api-keys/prove``: the SHA-256 (hex) of an API key somebody showed."""

    key_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class KeyStanding(Contract):
    """What an API key is good for."""

    key_id: UUID
    network_id: UUID
    name: str
    permissions: list[str]


class Clearance(Contract):
    """``POST /v1/customers/<id>/clearances``: may the asking admin switch to this customer?

    Answered only after the audit line is written.
    """

    reason: Annotated[str, Field(max_length=500)]
    site_id: UUID
    mode: VisitMode


class SwitchTerms(Contract):
    """``GET /v1/customers/<id>/switch-terms``: how the asking admin may switch to this customer.

    ``modes``: those he may choose. Who may not switch at all is told why instead.
    """

    modes: list[VisitMode]
    needs_reason: bool


class Cleared(Contract):
    """The admin may: on behalf of this account, until its ``epoch`` rises or the consent ends."""

    customer_id: UUID
    account_id: UUID
    epoch: int
    name: str
    allowed_until: datetime | None


class PreferenceChange(Contract):
    """``PUT /v1/standing/preferences``: e.g. ``{"customers.layout": "table"}``."""

    preferences: dict[str, Annotated[str, Field(max_length=1000)]]


class SearchQuery(Contract):
    """What somebody typed into the global search, and how many hits of each kind are wanted."""

    q: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=20)] = 5


class Found(Contract):
    """One hit of the global search."""

    kind: Literal["customer", "site", "membership", "payment"]
    id: UUID
    title: str
    detail: str


class FoundList(Contract):
    """``GET /v1/search?q=`` of each service: at most ``limit`` hits, best first."""

    items: list[Found]
