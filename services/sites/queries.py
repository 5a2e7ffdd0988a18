"""What the pages read of sites, in few statements each."""

import re
import unicodedata
from uuid import UUID

from sqlalchemy import func, select

from kernel.contracts import sites as contract
from kernel.contracts.customers import Found, FoundList
from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound
from services.sites.models import Domain, Network, Page, Site
from services.sites.rows import host_of, page_of, site_row
from services.sites.sites import network_of

NEWEST = 10
PAGE_COLUMNS = (Page.id, Page.path, Page.title, Page.modified_at, Page.version)


class SiteClosed(NotFound):
    """The site is not open to visitors."""


def customer_sites(uow: UnitOfWork, customer_id: UUID) -> contract.CustomerSites:
    """Return a customer's newest sites, and how many there are; one statement."""
    rows = uow.session.execute(
        select(Site, Network.domain, func.count().over())
        .join(Network, Network.network_id == Site.network_id)
        .where(Site.customer_id == customer_id)
        .order_by(Site.created_at.desc(), Site.id.desc())
        .limit(NEWEST)
    ).all()
    sites = [site_row(site, domain) for site, domain, _ in rows]
    return contract.CustomerSites(sites=sites, site_count=rows[0][2] if rows else 0)


def site(uow: UnitOfWork, site_id: UUID) -> contract.Site:
    """Return a site with its domains and pages; three statements. Raises NotFound."""
    found, domain = _found(uow, site_id)
    domains = select(Domain.host).where(Domain.site_id == site_id).order_by(Domain.host)
    return contract.Site(
        **dict(site_row(found, domain)),
        domains=list(uow.session.scalars(domains)),
        pages=menu(uow, site_id),
        modified_at=found.modified_at,
    )


def page(uow: UnitOfWork, site_id: UUID, page_id: UUID) -> contract.SitePage:
    """Return a page with its text. Raises NotFound."""
    found = uow.session.scalar(select(Page).where(Page.id == page_id, Page.site_id == site_id))
    if found is None:
        raise NotFound(Page.missing)
    return page_of(found)


def public_page(uow: UnitOfWork, site_id: UUID, path: str) -> contract.PublicPage:
    """Return what a visitor sees on ``path``. Raises SiteClosed and NotFound."""
    row = site_row(*_found(uow, site_id))
    if row.state != "active":
        raise SiteClosed(N_("%(site)s is not open."), site=row.title)
    # PostgreSQL cannot even be asked for a text with the character NUL in it.
    wanted = path.strip("/").replace("\x00", "?")
    found = uow.session.scalar(select(Page).where(Page.site_id == site_id, Page.path == wanted))
    if found is None:
        raise NotFound(Page.missing)
    return contract.PublicPage(site=row, page=page_of(found), menu=menu(uow, site_id))


def menu(uow: UnitOfWork, site_id: UUID) -> list[contract.PageRow]:
    """Return a site's pages without their text, the front page first."""
    rows = uow.session.execute(select(*PAGE_COLUMNS).where(Page.site_id == site_id).order_by(Page.path))
    return [contract.PageRow.model_validate(row._asdict()) for row in rows]


def search(uow: UnitOfWork, q: str, limit: int) -> FoundList:
    """Return sites whose name begins with ``q``, folded: ``Ås`` and ``as.example`` find ``asbageriet``."""
    start = _folded(q)
    if not start:
        return FoundList(items=[])
    domain = network_of(uow).domain
    # A range, since no LIKE can use an index under row-level security.
    begins = (Site.name >= start) & (Site.name < start + "~")
    rows = uow.session.scalars(select(Site).where(begins).order_by(Site.name).limit(limit))
    return FoundList(
        items=[Found(kind="site", id=row.id, title=row.title, detail=host_of(row, domain)) for row in rows]
    )


def _found(uow: UnitOfWork, site_id: UUID) -> tuple[Site, str]:
    """Return a site and the domain of its network."""
    found = uow.session.execute(
        select(Site, Network.domain)
        .join(Network, Network.network_id == Site.network_id)
        .where(Site.id == site_id)
    ).one_or_none()
    if found is None:
        raise NotFound(Site.missing)
    site, domain = found
    return site, domain


def _folded(q: str) -> str:
    """Return what was typed as the beginning of a site's name."""
    plain = unicodedata.normalize("NFKD", q.lower().partition(".")[0])
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
