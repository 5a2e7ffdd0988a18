"""For everybody, signed in or not: what answers on a host, and what a visitor of a site sees."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.common import Contract
from kernel.web import answer, database, needs, query, unit_of_work
from services.sites.hosts import resolve_host
from services.sites.queries import sites as queries

api = Blueprint("hosts", __name__, url_prefix="/v1")


class PathQuery(Contract):
    """Which page of a site; the front page by itself."""

    path: str = ""


@api.get("/hosts/<host>")
@needs("hosts.resolve")
def host(host: str) -> Response:
    return answer(resolve_host(database(), host))


@api.get("/customers/<uuid:customer_id>/door")
@needs("hosts.resolve")
def own_door(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.own_door(uow, customer_id))


@api.get("/public/<uuid:site_id>")
@needs("hosts.resolve")
def public_page(site_id: UUID) -> Response:
    wanted = query(PathQuery)
    with unit_of_work() as uow:
        return answer(queries.public_page(uow, site_id, wanted.path))
