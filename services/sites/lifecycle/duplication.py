"""Make a site like another one."""

from uuid import UUID

from sqlalchemy import insert, select

from kernel.contracts.site_terms import SiteCopy
from kernel.database import UnitOfWork
from kernel.errors import N_, Filled, Invalid
from kernel.ids import new_id
from services.sites.models import Page, Site
from services.sites.sites import NameNotValid, NameTaken, create_site


class CopyNotValid(Invalid):
    """The copy cannot have the name that was asked for."""


def duplicate_site(uow: UnitOfWork, site_id: UUID, copy: SiteCopy) -> Site:
    """Make a site of the same owner with the same pages; of the main site, a regular one.

    It opens as every new site does. Raises CopyNotValid, NotFound, Departed.
    """
    like = uow.get(Site, site_id)
    try:
        site = create_site(
            uow,
            name=copy.name.strip().lower(),
            title=copy.title,
            type="regular" if like.type == "main" else like.type,
            customer_id=like.customer_id,
            membership_id=like.membership_id,
        )
    except (NameNotValid, NameTaken) as refusal:
        sentence = Filled(refusal.template, **refusal.params)
        raise CopyNotValid(N_("The copy is not made."), fields={"name": sentence}) from refusal
    site.description, site.category = like.description, like.category
    _copy_pages(uow, like, site)
    return site


def _copy_pages(uow: UnitOfWork, like: Site, site: Site) -> None:
    pages = uow.session.scalars(select(Page).where(Page.site_id == like.id).order_by(Page.id)).all()
    if pages:
        uow.session.execute(insert(Page).values([_copy_of(uow, page, site) for page in pages]))


def _copy_of(uow: UnitOfWork, page: Page, site: Site) -> dict[str, object]:
    return {
        "id": new_id(),
        "network_id": uow.network_id,
        "site_id": site.id,
        "path": page.path,
        "title": page.title,
        "markdown": page.markdown,
        "position": page.position,
        "in_menu": page.in_menu,
        "version": 1,
        "created_at": uow.now,
        "modified_at": uow.now,
    }
