"""What would become of a customer's sites if he were deleted."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from kernel.contracts.deletions import NamedThing, SitesOutlook
from kernel.database import UnitOfWork
from services.sites.models import Domain, Page, Site, Visit
from services.sites.rows import host_of
from services.sites.sites import network_of

NAMED = 20  # sites named; the others are counted


def sites_outlook(uow: UnitOfWork, customer_id: UUID) -> SitesOutlook:
    """Return counts and names of the sites, and who is on them right now."""
    his = select(Site.id).where(Site.customer_id == customer_id)
    standing = (Visit.customer_id == customer_id) & Visit.ended_at.is_(None) & (Visit.expires_at > uow.now)
    return SitesOutlook(
        sites=_named(uow, customer_id),
        site_count=_count(uow, Site, Site.customer_id == customer_id),
        page_count=_count(uow, Page, Page.site_id.in_(his)),
        domain_count=_count(uow, Domain, Domain.site_id.in_(his)),
        visit_count=_count(uow, Visit, standing),
    )


def _named(uow: UnitOfWork, customer_id: UUID) -> list[NamedThing]:
    domain = network_of(uow).domain
    newest = select(Site).where(Site.customer_id == customer_id)
    sites = uow.session.scalars(newest.order_by(Site.created_at.desc(), Site.id.desc()).limit(NAMED))
    return [NamedThing(name=site.title, detail=host_of(site, domain), state=site.state) for site in sites]


def _count(uow: UnitOfWork, model: type[Any], which: ColumnElement[bool]) -> int:
    return uow.session.scalar(select(func.count()).select_from(model).where(which)) or 0
