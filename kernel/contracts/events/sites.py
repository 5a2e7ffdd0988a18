"""What happened to networks, their sites, and the visits to them."""

from typing import Literal
from uuid import UUID

from kernel.contracts.access import VisitMode
from kernel.contracts.events.happened import Happened
from kernel.contracts.site_terms import SiteTerms
from kernel.contracts.sites import NetworkSettings


class NetworkCreated(Happened):
    type: Literal["network.created"] = "network.created"
    slug: str
    name: str
    currency: str


class NetworkSettingsChanged(Happened):
    """The settings as they are now, whole, and as they were ``before``; also told when it is founded."""

    type: Literal["network.settings_changed"] = "network.settings_changed"
    domain: str
    settings: NetworkSettings
    before: NetworkSettings | None = None


class SiteCreated(Happened):
    type: Literal["site.created"] = "site.created"
    site_id: UUID
    customer_id: UUID | None
    name: str
    host: str


class SitePublished(Happened):
    type: Literal["site.published"] = "site.published"
    site_id: UUID
    customer_id: UUID | None
    name: str
    host: str


class SiteDisabled(Happened):
    type: Literal["site.disabled"] = "site.disabled"
    site_id: UUID
    customer_id: UUID | None
    name: str
    reason: str


class SiteChanged(Happened):
    """What an admin says about it, whole, and as it was ``before``."""

    type: Literal["site.changed"] = "site.changed"
    site_id: UUID
    customer_id: UUID | None
    name: str
    before: SiteTerms
    after: SiteTerms


class SiteDeleted(Happened):
    """The site is gone with all its pages, and its name is free."""

    type: Literal["site.deleted"] = "site.deleted"
    site_id: UUID
    customer_id: UUID | None
    name: str
    title: str
    host: str


class SitesExported(Happened):
    """Somebody took a list of sites along: all, or those that were narrowed to."""

    type: Literal["site.exported"] = "site.exported"
    narrowed: dict[str, str]


class SiteOwnerChanged(Happened):
    """The site is another customer's now, as its membership is."""

    type: Literal["site.owner_changed"] = "site.owner_changed"
    site_id: UUID
    customer_id: UUID
    former_customer_id: UUID | None
    name: str


class SitePageChanged(Happened):
    type: Literal["site.page_changed"] = "site.page_changed"
    site_id: UUID
    customer_id: UUID | None
    page_id: UUID
    path: str
    title: str


class SitePageAdded(Happened):
    type: Literal["site.page_added"] = "site.page_added"
    site_id: UUID
    customer_id: UUID | None
    page_id: UUID
    path: str
    title: str


class SitePageMoved(Happened):
    """It is on another path; who asks for the former one is sent there."""

    type: Literal["site.page_moved"] = "site.page_moved"
    site_id: UUID
    customer_id: UUID | None
    page_id: UUID
    title: str
    before: str
    after: str


class SitePageDeleted(Happened):
    type: Literal["site.page_deleted"] = "site.page_deleted"
    site_id: UUID
    customer_id: UUID | None
    page_id: UUID
    path: str
    title: str


class SiteMenuChanged(Happened):
    """The order of its pages; ``titles`` of those in the menu."""

    type: Literal["site.menu_changed"] = "site.menu_changed"
    site_id: UUID
    customer_id: UUID | None
    titles: list[str]


class VisitStarted(Happened):
    """An admin arrived on a customer's site, to look or to act as its owner."""

    type: Literal["visit.started"] = "visit.started"
    visit_id: UUID
    site_id: UUID
    customer_id: UUID
    admin_id: UUID
    reason: str
    mode: VisitMode = "act"


class VisitEnded(Happened):
    type: Literal["visit.ended"] = "visit.ended"
    visit_id: UUID
    site_id: UUID
    customer_id: UUID
    admin_id: UUID
    cause: str


class SwitchLogExported(Happened):
    """Somebody took the switch log along: all, or what it was narrowed to."""

    type: Literal["visit.log_exported"] = "visit.log_exported"
    narrowed: dict[str, str]


SiteEvent = (
    NetworkCreated
    | NetworkSettingsChanged
    | SiteCreated
    | SitePublished
    | SiteDisabled
    | SiteChanged
    | SiteDeleted
    | SitesExported
    | SiteOwnerChanged
    | SitePageAdded
    | SitePageChanged
    | SitePageMoved
    | SitePageDeleted
    | SiteMenuChanged
    | VisitStarted
    | VisitEnded
    | SwitchLogExported
)
