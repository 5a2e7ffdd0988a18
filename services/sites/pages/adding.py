"""Add a page to a site, and delete one."""

from uuid import UUID

from sqlalchemy import delete, func, select

from kernel.contracts.events import SitePageAdded, SitePageDeleted
from kernel.contracts.pages import MISSING, PageDraft
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.sites.models import MovedPage, Page, Site
from services.sites.pages.editing import is_taken, page_of_site
from services.sites.pages.paths import checked_path, refusal, take_path

MOST_PAGES = 500


class TooManyPages(Conflict):
    """The site has as many pages as one can have."""


class FrontPageStays(Conflict):
    """A site without a front page would show nothing."""


def add_page(uow: UnitOfWork, site: Site, draft: PageDraft) -> Page:
    """Add a page at the end of the menu. Raises PathNotValid, TooManyPages."""
    uow.get(Site, site.id, lock=True)
    of_site = select(func.count(), func.max(Page.position)).where(Page.site_id == site.id)
    count, last = uow.session.execute(of_site).one()
    if count >= MOST_PAGES:
        raise TooManyPages(N_("A site can have %(most)s pages. Delete one first."), most=MOST_PAGES)
    path = checked_path(draft.path, draft.title)
    if is_taken(uow, site, path):
        raise refusal(N_("There is a page on /%(path)s already."), path=path)
    take_path(uow, site.id, path)
    page = Page(
        id=new_id(),
        site_id=site.id,
        path=path,
        title=draft.title,
        markdown=draft.markdown,
        position=(-1 if last is None else last) + 1,
        in_menu=draft.in_menu and path != MISSING,
    )
    uow.add(page)
    uow.session.flush()
    uow.publish(
        SitePageAdded(
            site_id=site.id, customer_id=site.customer_id, page_id=page.id, path=path, title=page.title
        )
    )
    return page


def delete_page(uow: UnitOfWork, site: Site, page_id: UUID, *, version: int) -> None:
    """Delete a page of the version that was read. Raises FrontPageStays, PageChanged, NotFound."""
    page = page_of_site(uow, site, page_id)
    page.require_version(version)
    if not page.path:
        raise FrontPageStays(N_("The front page stays; write something else on it instead."))
    uow.session.execute(delete(MovedPage).where(MovedPage.site_id == site.id, MovedPage.page_id == page.id))
    uow.session.delete(page)
    uow.publish(
        SitePageDeleted(
            site_id=site.id,
            customer_id=site.customer_id,
            page_id=page.id,
            path=page.path,
            title=page.title,
        )
    )
