"""The one answer to what a site shows now, read out of the database."""

from uuid import UUID

from sqlalchemy import and_, select

from kernel.contracts.site_access import SiteAccess
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.sites.access.decision import decide
from services.sites.models import KnownMembership, Network, Site


def effective_access(uow: UnitOfWork, site_id: UUID) -> SiteAccess:
    """Return what the site shows now, and why. Raises NotFound."""
    return site_and_access(uow, site_id)[2]


def site_and_access(uow: UnitOfWork, site_id: UUID) -> tuple[Site, Network, SiteAccess]:
    """Return the site, its network, and what it shows now; one statement. Raises NotFound."""
    its_own = and_(
        KnownMembership.network_id == Site.network_id,
        KnownMembership.membership_id == Site.membership_id,
        KnownMembership.status.is_not(None),
    )
    found = uow.session.execute(
        select(Site, Network, KnownMembership)
        .join(Network, Network.network_id == Site.network_id)
        .outerjoin(KnownMembership, its_own)
        .where(Site.id == site_id)
    ).one_or_none()
    if found is None:
        raise NotFound(Site.missing)
    site, network, membership = found
    access = decide(
        site.state,
        site.type,
        membership.told if membership else None,
        network.blocking,
        uow.now,
        has_membership=site.membership_id is not None,
    )
    return site, network, access
