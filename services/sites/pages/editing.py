"""Write a site's pages, and move them."""

from uuid import UUID

from sqlalchemy import exists, select

from kernel.contracts.events import SitePageChanged, SitePageMoved
from kernel.contracts.pages import PageEdit
from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound
from services.sites.models import Page, Site
from services.sites.pages.paths import checked_path, leave_path, refusal, take_path


def edit_page(uow: UnitOfWork, site: Site, page_id: UUID, edit: PageEdit) -> Page:
    """Replace title and text of one of the site's pages, and move it if a path is given.

    Raises NotFound, PageChanged, PathNotValid.
    """
    page = page_of_site(uow, site, page_id)
    page.change(title=edit.title, markdown=edit.markdown, version=edit.version)
    if edit.path is not None:
        _move(uow, site, page, edit.path)
    if edit.in_menu is not None:
        page.in_menu = edit.in_menu
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


def page_of_site(uow: UnitOfWork, site: Site, page_id: UUID) -> Page:
    """Return one of the site's pages, locked. Raises NotFound.

    Whoever changes what pages there are, and where, holds the site first, so that two do not cross.
    """
    uow.get(Site, site.id, lock=True)
    page = uow.get(Page, page_id, lock=True)
    if page.site_id != site.id:
        raise NotFound(Page.missing)
    return page


def is_taken(uow: UnitOfWork, site: Site, path: str) -> bool:
    """Return whether the site has a page there."""
    return bool(uow.session.scalar(select(exists().where(Page.site_id == site.id, Page.path == path))))


def _move(uow: UnitOfWork, site: Site, page: Page, given: str) -> None:
    before = page.path
    if given.strip().strip("/").lower() == before:
        return
    if not before:
        raise refusal(N_("The front page stays where it is."))
    after = checked_path(given, page.title)
    if after == before:
        return
    if is_taken(uow, site, after):
        raise refusal(N_("There is a page on /%(path)s already."), path=after)
    leave_path(uow, site, page)
    take_path(uow, site.id, after)
    page.path = after
    uow.publish(
        SitePageMoved(
            site_id=site.id,
            customer_id=site.customer_id,
            page_id=page.id,
            title=page.title,
            before=before,
            after=after,
        )
    )
