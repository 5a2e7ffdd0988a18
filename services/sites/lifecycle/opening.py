"""Open a site to visitors, and close it, because an admin says so."""

from uuid import UUID

from kernel.contracts.site_terms import SiteClosing
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.sites.models import Site
from services.sites.provisioning import furnish
from services.sites.sites import disable_site, publish_site


class MainSiteStays(Conflict):
    """The network's main site is neither closed nor deleted."""


def activate_site(uow: UnitOfWork, site_id: UUID) -> Site:
    """Open the site, with its first pages if it has none yet; nothing happens to one that is open.

    An admin who opens a pending site does not wait for what it waited for.
    """
    site = uow.get(Site, site_id, lock=True)
    if site.state != "active":
        furnish(uow, site)
    return publish_site(uow, site_id)


def deactivate_site(uow: UnitOfWork, site_id: UUID, closing: SiteClosing) -> Site:
    """Close the site. Raises SiteIsDisabled, MainSiteStays, NotFound."""
    site = uow.get(Site, site_id, lock=True)
    if site.type == "main":
        raise MainSiteStays(N_("The main site of a network stays open."))
    return disable_site(uow, site_id, reason=closing.reason.strip())
