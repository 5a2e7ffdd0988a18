"""The one answer to what a site shows now, read out of the database."""

from uuid import UUID

from kernel.contracts.site_access import SiteAccess
from kernel.database import UnitOfWork
from services.sites.access.decision import decide
from services.sites.access.memberships import known_memberships
from services.sites.models import Network, Site
from services.sites.sites import network_of


def effective_access(uow: UnitOfWork, site_id: UUID) -> SiteAccess:
    """Return what the site shows now, and why. Raises NotFound."""
    return access_of(uow, uow.get(Site, site_id), network_of(uow))


def access_of(uow: UnitOfWork, site: Site, network: Network) -> SiteAccess:
    """Return what a site that was read already shows now."""
    known = known_memberships(uow, [site.membership_id])
    return decide(
        site.state,
        site.type,
        known.get(site.membership_id) if site.membership_id else None,
        network.blocking,
        uow.now,
        has_membership=site.membership_id is not None,
    )
