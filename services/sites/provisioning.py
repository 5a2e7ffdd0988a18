"""Set a new site up: its first pages, and open it."""

from uuid import UUID

from sqlalchemy import exists, insert, select

from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.sites.models import Page, Site
from services.sites.sites import network_of, publish_site
from services.sites.starter_pages import starter_pages
from services.sites.waiting import must_wait


def provision_site(uow: UnitOfWork, site_id: UUID) -> None:
    """Give the site its first pages and open it if it is pending. Safe to run twice.

    A disabled site stays closed. One whose owner must verify his address first stays pending; ``waiting``
    opens it then.
    """
    has_to_wait = must_wait(uow, uow.get(Site, site_id))
    site = uow.get(Site, site_id, lock=True)
    furnish(uow, site)
    if site.state == "pending" and not has_to_wait:
        publish_site(uow, site.id)


def furnish(uow: UnitOfWork, site: Site) -> None:
    """Give a site that has no pages the starter pages; what its owner wrote, or took away, stays so.

    The caller holds the site's lock.
    """
    if uow.session.scalar(select(exists().where(Page.site_id == site.id))):
        return
    pages = [
        {
            "id": new_id(),
            "network_id": uow.network_id,
            "site_id": site.id,
            "path": page.path,
            "title": page.title,
            "markdown": page.markdown,
            "version": 1,
            "created_at": uow.now,
            "modified_at": uow.now,
            "position": place,
        }
        for place, page in enumerate(starter_pages(network_of(uow).locale, site.title))
    ]
    uow.session.execute(insert(Page).values(pages))
