"""Set a new site up: its first pages, and open it."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.sites.models import Page, Site
from services.sites.sites import network_of, publish_site
from services.sites.starter_pages import starter_pages
from services.sites.waiting import must_wait


def provision_site(uow: UnitOfWork, site_id: UUID) -> None:
    """Give the site the starter pages it lacks and open it if it is pending. Safe to run twice.

    Pages that somebody wrote before are left alone, and a disabled site stays closed. One whose owner must
    verify his address first stays pending; ``waiting`` opens it then.
    """
    has_to_wait = must_wait(uow, uow.get(Site, site_id))
    site = uow.get(Site, site_id, lock=True)
    pages = starter_pages(network_of(uow).locale, site.title)
    missing = insert(Page).values(
        [
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
            }
            for page in pages
        ]
    )
    uow.session.execute(missing.on_conflict_do_nothing())
    if site.state == "pending" and not has_to_wait:
        publish_site(uow, site.id)
