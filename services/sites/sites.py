"""Make a site, open it, close it, and lead a host name to it."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.events import SiteCreated, SiteDisabled, SitePublished
from kernel.contracts.sites import SiteType
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Invalid
from kernel.ids import new_id
from kernel.tombstones import require_alive
from services.sites.hosts import RESERVED, checked_host
from services.sites.models import DepartedCustomer, Domain, Network, Provisioning, Site
from services.sites.models.sites import LABEL
from services.sites.rows import host_of
from services.sites.search_words import let_find


class NameNotValid(Invalid):
    """The name cannot be the first part of a host name, or is kept for the network itself."""


class NameTaken(Conflict):
    """Another site of the network has this name."""


class HostTaken(Conflict):
    """The host name leads to a site already, or belongs to the network itself."""


class SiteIsDisabled(Conflict):
    """The site is disabled already."""


def create_site(
    uow: UnitOfWork,
    *,
    name: str,
    title: str,
    type: SiteType = "customer_owned",
    customer_id: UUID | None = None,
    membership_id: UUID | None = None,
    opens_at: datetime | None = None,
) -> Site:
    """Make a pending site, and the work that sets it up: now, or when it ``opens_at``.

    The first site of a customer becomes the primary one. Raises NameNotValid, NameTaken and Departed.
    """
    if customer_id is not None:
        require_alive(uow, DepartedCustomer, customer_id)
    if not re.fullmatch(LABEL, name) or name in RESERVED:
        raise NameNotValid(
            N_("A site's name is made of a-z, 0-9 and inner hyphens, and cannot be %(name)s."), name=name
        )
    site: Site | None = uow.session.scalar(
        insert(Site)
        .values(
            id=new_id(),
            network_id=uow.network_id,
            name=name,
            title=title,
            type=type,
            customer_id=customer_id,
            membership_id=membership_id,
            is_primary=customer_id is not None and is_first(uow, customer_id),
            created_at=uow.now,
            modified_at=uow.now,
        )
        .on_conflict_do_nothing(index_elements=[Site.network_id, Site.name])
        .returning(Site)
    )
    if site is None:
        raise NameTaken(N_("There is a site called %(name)s already."), name=name)
    let_find(uow, site.id, name, title)
    _order_provisioning(uow, site, opens_at or uow.now)
    host = host_of(site, network_of(uow).domain)
    uow.publish(SiteCreated(site_id=site.id, customer_id=customer_id, name=name, host=host))
    return site


def publish_site(uow: UnitOfWork, site_id: UUID) -> Site:
    """Open a pending or disabled site; nothing happens to one that is open."""
    site = uow.get(Site, site_id, lock=True)
    if site.state == "active":
        return site
    site.state, site.modified_at = "active", uow.now
    host = host_of(site, network_of(uow).domain)
    uow.publish(SitePublished(site_id=site.id, customer_id=site.customer_id, name=site.name, host=host))
    return site


def disable_site(uow: UnitOfWork, site_id: UUID, *, reason: str) -> Site:
    """Close a site, to visitors and to admins who switched to it. Raises SiteIsDisabled."""
    site = uow.get(Site, site_id, lock=True)
    if site.state == "disabled":
        raise SiteIsDisabled(N_("%(name)s is disabled already."), name=site.name)
    site.state, site.modified_at = "disabled", uow.now
    uow.publish(SiteDisabled(site_id=site.id, customer_id=site.customer_id, name=site.name, reason=reason))
    return site


def map_domain(uow: UnitOfWork, site_id: UUID, host: str) -> Domain:
    """Lead a host name of the customer's own to the site. Raises HostNotValid and HostTaken."""
    site = uow.get(Site, site_id)
    name = checked_host(host)
    own = network_of(uow).domain
    taken = HostTaken(N_("%(host)s leads to another site already."), host=name)
    if name == own or name.partition(".")[2] == own:
        raise taken
    # The name may be another network's, whose rows we cannot see: the unique index decides.
    domain: Domain | None = uow.session.scalar(
        insert(Domain)
        .values(id=new_id(), network_id=uow.network_id, site_id=site.id, host=name, created_at=uow.now)
        .on_conflict_do_nothing(index_elements=[Domain.host])
        .returning(Domain)
    )
    if domain is None:
        raise taken
    let_find(uow, site.id, name)
    return domain


def network_of(uow: UnitOfWork, *, lock: bool = False) -> Network:
    """Return the network of the unit of work; ``lock`` makes others wait for it. One statement."""
    mine = select(Network)
    return uow.session.scalars(mine.with_for_update() if lock else mine).one()


def is_first(uow: UnitOfWork, customer_id: UUID) -> bool:
    """Return whether the customer has no primary site yet; two who ask at once queue up."""
    lock_primary(uow, customer_id)
    primary = select(Site.id).where(Site.customer_id == customer_id, Site.is_primary)
    return uow.session.scalar(primary) is None


def lock_primary(uow: UnitOfWork, customer_id: UUID) -> None:
    """Let others who choose the customer's primary site wait for this transaction."""
    uow.hold(f"primary site of {customer_id}")


def _order_provisioning(uow: UnitOfWork, site: Site, at: datetime) -> None:
    work = Provisioning(id=new_id(), site_id=site.id, due_at=at)
    uow.add(work)
    if at <= uow.now:
        uow.ring("provisioning", work.id)
