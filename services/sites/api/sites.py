"""For network admins: the sites of their network."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.customers import SearchQuery
from kernel.web import answer, needs, query, unit_of_work
from services.sites import queries

api = Blueprint("sites", __name__, url_prefix="/v1")


@api.get("/customers/<uuid:customer_id>/sites")
@needs("sites.view")
def customer_sites(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.customer_sites(uow, customer_id))


@api.get("/sites/<uuid:site_id>")
@needs("sites.view")
def site(site_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.site(uow, site_id))


@api.get("/search")
@needs("sites.view")
def search() -> Response:
    wanted = query(SearchQuery)
    with unit_of_work() as uow:
        return answer(queries.search(uow, wanted.q, wanted.limit))
