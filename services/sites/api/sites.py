"""For network admins: the sites of their network."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.customers import SearchQuery
from kernel.contracts.site_terms import SiteChange, SiteClosing, SiteCopy, SiteDeletion
from kernel.contracts.sites_list import SitesNarrowed, SitesQuery
from kernel.web import answer, body, needs, nothing, query, streamed, unit_of_work
from services.sites import export
from services.sites.access.effective import effective_access
from services.sites.lifecycle.deletion import delete_site
from services.sites.lifecycle.duplication import duplicate_site
from services.sites.lifecycle.opening import activate_site, deactivate_site
from services.sites.lifecycle.terms import change_site
from services.sites.queries import sites as queries
from services.sites.queries.sites_list import sites_list

api = Blueprint("sites", __name__, url_prefix="/v1")


@api.get("/customers/<uuid:customer_id>/sites")
@needs("sites.view")
def customer_sites(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.customer_sites(uow, customer_id))


@api.get("/sites")
@needs("sites.view")
def sites() -> Response:
    wanted = query(SitesQuery)
    with unit_of_work() as uow:
        return answer(sites_list(uow, wanted))


@api.post("/sites/exports")
@needs("sites.view")
def export_sites() -> Response:
    wanted = body(SitesNarrowed)
    with unit_of_work() as uow:
        export.note_export(uow, wanted)
    return streamed(export.file_of(unit_of_work, wanted), "text/csv; charset=utf-8")


@api.get("/sites/<uuid:site_id>")
@needs("sites.view")
def site(site_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.site(uow, site_id))


@api.put("/sites/<uuid:site_id>")
@needs("sites.edit")
def change(site_id: UUID) -> Response:
    wanted = body(SiteChange)
    with unit_of_work() as uow:
        changed = change_site(uow, site_id, wanted)
        return answer(queries.site(uow, changed.id))


@api.post("/sites/<uuid:site_id>/activation")
@needs("sites.edit")
def activate(site_id: UUID) -> Response:
    with unit_of_work() as uow:
        opened = activate_site(uow, site_id)
        return answer(queries.site(uow, opened.id))


@api.post("/sites/<uuid:site_id>/deactivation")
@needs("sites.edit")
def deactivate(site_id: UUID) -> Response:
    closing = body(SiteClosing)
    with unit_of_work() as uow:
        closed = deactivate_site(uow, site_id, closing)
        return answer(queries.site(uow, closed.id))


@api.post("/sites/<uuid:site_id>/copies")
@needs("sites.edit")
def duplicate(site_id: UUID) -> Response:
    wanted = body(SiteCopy)
    with unit_of_work() as uow:
        made = duplicate_site(uow, site_id, wanted)
        return answer(queries.site(uow, made.id), 201)


@api.post("/sites/<uuid:site_id>/deletion")
@needs("sites.delete")
def delete(site_id: UUID) -> Response:
    confirmed = body(SiteDeletion)
    with unit_of_work() as uow:
        delete_site(uow, site_id, confirmed)
    return nothing()


@api.get("/sites/<uuid:site_id>/access")
@needs("sites.view")
def access(site_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(effective_access(uow, site_id))


@api.get("/search")
@needs("sites.view")
def search() -> Response:
    wanted = query(SearchQuery)
    with unit_of_work() as uow:
        return answer(queries.search(uow, wanted.q, wanted.limit))
