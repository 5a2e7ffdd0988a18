"""Write a site's pages."""

from uuid import UUID

from kernel.contracts.events import SitePageChanged
from kernel.contracts.sites import PageEdit
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.sites.models import Page, Site


def edit_page(uow: UnitOfWork, site: Site, page_id: UUID, edit: PageEdit) -> Page:
    """Replace title and text of one of the site's pages; raises NotFound and PageChanged."""
    page = uow.get(Page, page_id, lock=True)
    if page.site_id != site.id:
        raise NotFound(Page.missing)
    page.change(title=edit.title, markdown=edit.markdown, version=edit.version)
    page.modified_at = uow.now
    uow.publish(
        SitePageChanged(
            site_id=site.id,
            customer_id=site.customer_id,
            page_id=page.id,
            path=page.path,
            title=page.title,
        )
    )
    return page
