"""What the sites service says and is asked."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.access import VisitMode
from kernel.contracts.common import Contract, Slug

VerificationPolicy = Literal["never", "free", "always"]
SiteState = Literal["pending", "active", "disabled"]
VisitCause = Literal["switched back", "signed out", "expired", "no longer allowed"]
SiteType = Literal["regular", "template", "customer_owned", "demo", "main"]


class Network(Contract):
    """A tenant: its name, the domain its sites live under, and its defaults."""

    id: UUID
    slug: Slug
    name: str
    domain: str
    currency: str
    locale: str
    time_zone: str
    colour: str = "#066fd1"


class NetworkSettings(Contract):
    """What a network's owner decides. ``verification`` says which memberships wait until the customer's
    address is verified: none, the free ones, all. Mail comes from ``sender_name`` (empty: the network's
    name), is answered to ``reply_to`` (empty: nobody), and is drawn in ``colour``. Admins switch to sites
    as the four ``switch_`` fields say: only to owners who allow it, only with a reason, at most in this
    mode, and whether the owner is told by mail. Sites whose membership is not paid are blocked if
    ``blocks_unpaid``, ``grace_days`` after its time is over; visitors read ``block_message`` then.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    locale: Literal["en", "sv"]
    time_zone: Annotated[str, Field(min_length=1, max_length=64)]
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] = "#066fd1"
    sender_name: Annotated[str, Field(max_length=100)] = ""
    reply_to: Annotated[str, Field(max_length=320)] = ""
    verification: VerificationPolicy = "free"
    requires_second_factor: bool = False
    switch_needs_consent: bool = False
    switch_needs_reason: bool = True
    switch_mode: VisitMode = "act"
    switch_is_mailed: bool = False
    blocks_unpaid: bool = False
    grace_days: Annotated[int, Field(ge=0, le=365)] = 7
    block_message: Annotated[str, Field(max_length=500)] = ""


class NetworkSettingsEdit(Contract):
    """``PUT /v1/network/settings``; ``version`` is the one that was read."""

    settings: NetworkSettings
    version: int


class NetworkSettingsRead(NetworkSettingsEdit):
    """``GET /v1/network/settings``."""


class Host(Contract):
    """``GET /v1/hosts/<host>``: what answers on a host name; ``site`` is None on the admin host."""

    kind: Literal["admin", "site"]
    network: Network
    site: "SiteRow | None"


class OwnDoor(Contract):
    """``GET /v1/customers/<id>/door``: where a customer signs in, if he has a site."""

    host: str
    is_open: bool


class SiteRow(Contract):
    """A site as the customer page shows it; ``host`` is where it answers."""

    id: UUID
    name: str
    title: str
    host: str
    type: SiteType
    state: SiteState
    customer_id: UUID | None
    membership_id: UUID | None
    is_primary: bool
    created_at: datetime


class PageRow(Contract):
    """A page of a site; ``path`` is ``""`` for the front page."""

    id: UUID
    path: str
    title: str
    in_menu: bool
    modified_at: datetime
    version: int


class SitePage(PageRow):
    """A page with its text in Markdown."""

    markdown: str


class Site(SiteRow):
    """``GET /v1/sites/<id>``: the site, its pages (without their text) and domains."""

    description: str
    category: str
    domains: list[str]
    pages: list[PageRow]
    modified_at: datetime
    version: int


class CustomerSites(Contract):
    """``GET /v1/customers/<id>/sites``: the newest 10, the count, and where switching leads."""

    sites: list[SiteRow]
    site_count: int


class PublicPage(Contract):
    """``GET /v1/public/<site id>?path=``: what a visitor of the site sees, and its menu.

    ``moved_to``: the page was on the path that was asked for, and is on this one now.
    ``is_missing``: there is no page on the path, and this is the one that the site has for that.
    """

    site: SiteRow
    page: SitePage
    menu: list[PageRow]
    moved_to: str | None = None
    is_missing: bool = False


class TicketOrder(Contract):
    """``POST /v1/tickets``: an admin asks to be let into a site as its administrator.

    ``account_epoch`` is the owner's when it was allowed: once it has risen, nobody arrives or stays. So
    it is ``allowed_until`` the owner's consent ends, where the network asks for one. The names are those
    of now: the switch log keeps them.
    """

    site_id: UUID
    customer_id: UUID
    account_id: UUID
    account_epoch: int
    admin_session: Annotated[str, Field(min_length=16, max_length=128)]
    reason: Annotated[str, Field(max_length=500)]
    mode: VisitMode
    allowed_until: datetime | None = None
    admin_name: Annotated[str, Field(max_length=400)]
    customer_name: Annotated[str, Field(max_length=400)]
    return_path: Annotated[str, Field(pattern=r"^/[^/\\]", max_length=300)]


class TicketIssued(Contract):
    """The ticket, not yet handed over; ``host`` is the only host it is good for."""

    ticket_id: UUID
    host: str
    expires_at: datetime


class TicketBinding(Contract):
    """``POST /v1/tickets/<id>/binding``: ties the ticket to the browser that will use it.

    ``nonce_hash``: SHA-256 (hex) of the secret cookie the site's host set in that browser.
    """

    admin_session: str
    nonce_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class TicketToken(Contract):
    """The secret to post to the site's host; only its hash is kept."""

    token: str
    host: str


class Redemption(Contract):
    """``POST /v1/visits``: use a ticket up."""

    token: Annotated[str, Field(min_length=20, max_length=200)]
    nonce: Annotated[str, Field(min_length=20, max_length=200)]
    host: str


class Visit(Contract):
    """An admin's stay on a site, to look or to act; it stands until ended or ``expires_at``.

    ``account_epoch`` is the owner's when the switch was allowed; the visit ends when it rises.
    """

    id: UUID
    site_id: UUID
    customer_id: UUID
    account_id: UUID
    account_epoch: int
    admin_id: UUID
    admin_session: str
    return_path: str
    mode: VisitMode
    started_at: datetime
    expires_at: datetime


class VisitEnd(Contract):
    """``POST /v1/visits/<id>/end`` and, for all of an admin session, ``POST /v1/visits/end``."""

    cause: VisitCause
    admin_session: str | None = None
