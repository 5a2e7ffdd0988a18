"""The order of a site's pages."""

from sqlalchemy import select

from kernel.contracts.events import SiteMenuChanged
from kernel.contracts.pages import MenuOrder
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.sites.models import Page, Site


class PagesChanged(Conflict):
    """A page was added or deleted after the order was read."""


def order_pages(uow: UnitOfWork, site: Site, order: MenuOrder) -> None:
    """Put all pages of the site in this order; the order they have does nothing. Raises PagesChanged."""
    uow.get(Site, site.id, lock=True)
    of_site = select(Page).where(Page.site_id == site.id).order_by(Page.position, Page.path)
    pages = {page.id: page for page in uow.session.scalars(of_site.with_for_update())}
    if sorted(order.pages) != sorted(pages):
        raise PagesChanged(N_("Somebody else added or deleted a page meanwhile. Look again, then move it."))
    if order.pages == list(pages):
        return
    for place, page_id in enumerate(order.pages):
        pages[page_id].position = place
    titles = [pages[page_id].title for page_id in order.pages if pages[page_id].in_menu]
    uow.publish(SiteMenuChanged(site_id=site.id, customer_id=site.customer_id, titles=titles))
