"""The list of a network's sites, as somebody asks for it."""

from typing import Annotated, Literal

from pydantic import Field

from kernel.contracts.common import Contract
from kernel.contracts.people import MOST_CUSTOMERS
from kernel.contracts.sites import SiteRow

SitesTab = Literal["all", "customer_owned", "template", "pending", "disabled"]


class SitesNarrowed(Contract):
    """Which sites: ``q`` is the beginning of words of a title, a name or a host.

    ``customers``: ids divided by commas; sites of theirs are found by ``q`` too, or alone without ``q``.
    """

    tab: SitesTab = "all"
    q: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    customers: Annotated[str, Field(max_length=40 * MOST_CUSTOMERS, pattern=r"^[0-9a-f,-]*$")] = ""


class SitesQuery(SitesNarrowed):
    """``GET /v1/sites``: a page, newest first."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    after: str | None = None
    before: str | None = None


class SiteListed(SiteRow):
    """A row of the list; ``domains`` are the hosts of the customer's own that lead to it."""

    category: str
    domains: list[str]


class SitesList(Contract):
    """A page, the cursors of its neighbours, and how many sites each tab holds in all."""

    items: list[SiteListed]
    counts: dict[SitesTab, int]
    before: str | None
    after: str | None
