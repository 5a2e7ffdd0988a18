"""For a site's owner, and an admin who switched to it: his own sites and their pages."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.pages import MenuOrder, PageDeletion, PageDraft, PageEdit
from kernel.web import answer, body, needs, nothing, unit_of_work
from services.sites.access.effective import effective_access
from services.sites.own import own_customer, own_site, visited_site
from services.sites.pages.adding import add_page, delete_page
from services.sites.pages.editing import edit_page
from services.sites.pages.menu import order_pages
from services.sites.queries import sites as queries
from services.sites.rows import page_of

api = Blueprint("own", __name__, url_prefix="/v1/own")


@api.get("/sites")
@needs("own.view", visit="read")
def own_sites() -> Response:
    with unit_of_work() as uow:
        visited_site(uow)
        return answer(queries.customer_sites(uow, own_customer(uow)))


@api.get("/sites/<uuid:site_id>")
@needs("own.view", visit="read")
def site(site_id: UUID) -> Response:
    with unit_of_work() as uow:
        own = own_site(uow, site_id)
        return answer(queries.site(uow, own.id))


@api.get("/sites/<uuid:site_id>/access")
@needs("own.view", visit="read")
def access(site_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(effective_access(uow, own_site(uow, site_id).id))


@api.get("/sites/<uuid:site_id>/pages/<uuid:page_id>")
@needs("own.view", visit="read")
def page(site_id: UUID, page_id: UUID) -> Response:
    with unit_of_work() as uow:
        own = own_site(uow, site_id)
        return answer(queries.page(uow, own.id, page_id))


@api.put("/sites/<uuid:site_id>/pages/<uuid:page_id>")
@needs("own.edit", visit="act")
def save_page(site_id: UUID, page_id: UUID) -> Response:
    edit = body(PageEdit)
    with unit_of_work() as uow:
        saved = edit_page(uow, own_site(uow, site_id), page_id, edit)
        return answer(page_of(saved))


@api.post("/sites/<uuid:site_id>/pages")
@needs("own.edit", visit="act")
def new_page(site_id: UUID) -> Response:
    draft = body(PageDraft)
    with unit_of_work() as uow:
        return answer(page_of(add_page(uow, own_site(uow, site_id), draft)), 201)


@api.post("/sites/<uuid:site_id>/pages/<uuid:page_id>/deletion")
@needs("own.edit", visit="act")
def remove_page(site_id: UUID, page_id: UUID) -> Response:
    seen = body(PageDeletion)
    with unit_of_work() as uow:
        delete_page(uow, own_site(uow, site_id), page_id, version=seen.version)
    return nothing()


@api.put("/sites/<uuid:site_id>/menu")
@needs("own.edit", visit="act")
def order(site_id: UUID) -> Response:
    wanted = body(MenuOrder)
    with unit_of_work() as uow:
        own = own_site(uow, site_id)
        order_pages(uow, own, wanted)
        return answer(queries.site(uow, own.id))
