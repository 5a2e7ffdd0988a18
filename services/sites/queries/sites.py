"""What the pages read of sites, in few statements each."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, func, literal_column, select
from sqlalchemy.orm import aliased

from kernel.contracts import sites as contract
from kernel.contracts.customers import Found, FoundList
from kernel.contracts.pages import MISSING
from kernel.database import UnitOfWork
from kernel.errors import N_, Forbidden, NotFound
from kernel.folding import asked_words, fold, prefix_range
from kernel.prepared import Prepared
from services.sites.access.effective import site_and_access
from services.sites.models import Domain, MovedPage, Network, Page, Site, SiteWord
from services.sites.rows import host_of, page_of, site_row
from services.sites.sites import network_of

NEWEST = 10
PAGE_COLUMNS = (Page.id, Page.path, Page.title, Page.in_menu, Page.modified_at, Page.version)


class SiteClosed(NotFound):
    """The site is not open to visitors."""


class SiteBlocked(Forbidden):
    """What stands behind the site is not paid any more; the sentence is the network's own, if it has one."""


CUSTOMER_SITES = Prepared(
    select(
        Site.id,
        Site.name,
        Site.title,
        Site.type,
        Site.state,
        Site.customer_id,
        Site.membership_id,
        Site.is_primary,
        Site.created_at,
        Network.domain,
        func.count().over().label("how_many"),
    )
    .join(Network, Network.network_id == Site.network_id)
    .where(Site.customer_id == bindparam("customer_id"))
    .order_by(Site.created_at.desc(), Site.id.desc())
    .limit(literal_column(str(NEWEST)))
)


def customer_sites(uow: UnitOfWork, customer_id: UUID) -> contract.CustomerSites:
    """Return a customer's newest sites, and how many there are; one statement."""
    rows = CUSTOMER_SITES.all(uow, customer_id=customer_id)
    sites = [site_row(row, row.domain) for row in rows]
    return contract.CustomerSites(sites=sites, site_count=rows[0].how_many if rows else 0)


def own_door(uow: UnitOfWork, customer_id: UUID) -> contract.OwnDoor:
    """Return where a customer signs in: on an open site, rather his primary one. Raises NotFound."""
    his = select(Site).where(Site.customer_id == customer_id, Site.state != "disabled")
    found = uow.session.scalar(his.order_by(Site.state != "active", Site.is_primary.desc()).limit(1))
    if found is None:
        raise NotFound(Site.missing)
    host = host_of(found, network_of(uow).domain)
    return contract.OwnDoor(host=host, is_open=found.state == "active")


def site(uow: UnitOfWork, site_id: UUID) -> contract.Site:
    """Return a site with its domains and pages; three statements. Raises NotFound."""
    found, domain = _found(uow, site_id)
    domains = select(Domain.host).where(Domain.site_id == site_id).order_by(Domain.host)
    return contract.Site(
        **dict(site_row(found, domain)),
        domains=list(uow.session.scalars(domains)),
        pages=pages(uow, site_id),
        description=found.description,
        category=found.category,
        modified_at=found.modified_at,
        version=found.version,
    )


def page(uow: UnitOfWork, site_id: UUID, page_id: UUID) -> contract.SitePage:
    """Return a page with its text. Raises NotFound."""
    found = uow.session.scalar(select(Page).where(Page.id == page_id, Page.site_id == site_id))
    if found is None:
        raise NotFound(Page.missing)
    return page_of(found)


def public_page(uow: UnitOfWork, site_id: UUID, path: str) -> contract.PublicPage:
    """Return what a visitor sees on ``path``. Raises SiteClosed, SiteBlocked and NotFound."""
    site, network, access = site_and_access(uow, site_id)
    row = site_row(site, network.domain)
    if row.state != "active":
        raise SiteClosed(N_("%(site)s is not open."), site=row.title)
    if access.shows == "blocked":
        raise SiteBlocked(network.block_message or N_("This site is not available at the moment."))
    # PostgreSQL cannot even be asked for a text with the character NUL in it.
    wanted = path.strip("/").replace("\x00", "?")
    found = _page_on(uow, site_id, wanted) or _page_moved_from(uow, site_id, wanted)
    shown = found or _page_on(uow, site_id, MISSING)
    if shown is None:
        raise NotFound(Page.missing)
    return contract.PublicPage(
        site=row,
        page=page_of(shown),
        menu=[page for page in pages(uow, site_id) if page.in_menu and page.path != MISSING],
        moved_to=shown.path if found and shown.path != wanted else None,
        is_missing=shown.path == MISSING,
    )


def _page_on(uow: UnitOfWork, site_id: UUID, path: str) -> Page | None:
    return uow.session.scalar(select(Page).where(Page.site_id == site_id, Page.path == path))


def _page_moved_from(uow: UnitOfWork, site_id: UUID, path: str) -> Page | None:
    moved = select(MovedPage.page_id).where(MovedPage.site_id == site_id, MovedPage.path == path)
    return uow.session.scalar(select(Page).where(Page.site_id == site_id, Page.id == moved.scalar_subquery()))


def pages(uow: UnitOfWork, site_id: UUID) -> list[contract.PageRow]:
    """Return a site's pages without their text, in the order of its menu."""
    in_order = select(*PAGE_COLUMNS).where(Page.site_id == site_id).order_by(Page.position, Page.path)
    return [contract.PageRow.model_validate(row._asdict()) for row in uow.session.execute(in_order)]


def search(uow: UnitOfWork, q: str, limit: int) -> FoundList:
    """Return sites whose host begins with ``q``, then those whose name or title has words that do.

    All is folded: ``Ås`` and ``as.example`` find ``asbageriet``, and ``bag`` finds ``Åsas bageri``.
    """
    domain = network_of(uow).domain
    found = {row.id: row for row in [*_by_host(uow, q, limit), *_by_words(uow, q, limit)]}
    return FoundList(
        items=[
            Found(kind="site", id=row.id, title=row.title, detail=host_of(row, domain))
            for row in list(found.values())[:limit]
        ]
    )


def _by_host(uow: UnitOfWork, q: str, limit: int) -> Sequence[Site]:
    start = _folded(q)
    if not start:
        return []
    # A range, since no LIKE can use an index under row-level security.
    begins = (Site.name >= start) & (Site.name < start + "~")
    return uow.session.scalars(select(Site).where(begins).order_by(Site.name).limit(limit)).all()


def _by_words(uow: UnitOfWork, q: str, limit: int) -> Sequence[Site]:
    """Return sites that have every word; the longest leads, each of the others is looked up beside it."""
    words = asked_words(q)
    if not words:
        return []
    lead = select(SiteWord.site_id).where(_begins(SiteWord, words[0]))
    for word in words[1:]:
        beside = aliased(SiteWord)
        same_site = (beside.network_id == SiteWord.network_id) & (beside.site_id == SiteWord.site_id)
        lead = lead.where(exists().where(same_site, _begins(beside, word)))
    first = aliased(SiteWord)
    # Of two words of a site that begin alike, the first counts.
    is_again = exists().where(
        first.network_id == SiteWord.network_id,
        first.site_id == SiteWord.site_id,
        first.word >= words[0],
        first.word < SiteWord.word,
    )
    lead = lead.where(~is_again).order_by(SiteWord.word, SiteWord.site_id).limit(limit)
    ids = uow.session.scalars(lead).all()
    return uow.session.scalars(select(Site).where(Site.id.in_(ids)).order_by(Site.name)).all() if ids else []


def _begins(words: type[SiteWord], word: str) -> ColumnElement[bool]:
    first, last = prefix_range(word)
    return (words.word >= first) & (words.word < last)


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
    return re.sub(r"[^a-z0-9]+", "-", fold(q.partition(".")[0])).strip("-")
