"""Files of customers: brought in piece by piece, looked at, started, stopped."""

from itertools import chain
from uuid import UUID

from flask import Blueprint, Response, request

from kernel.contracts.imports import Columns, NewImport
from kernel.errors import Invalid
from kernel.web import answer, body, needs, nothing, streamed, unit_of_work
from services.customers.imports import received, runs
from services.customers.queries.imports import import_page, imports_list

api = Blueprint("imports", __name__, url_prefix="/v1/imports")


@api.get("")
@needs("customers.edit")
def show_imports() -> Response:
    with unit_of_work() as uow:
        return answer(imports_list(uow))


@api.post("")
@needs("customers.edit")
def begin_import() -> Response:
    asked = body(NewImport)
    with unit_of_work() as uow:
        import_id = received.receive(uow, asked.name).id
        uow.session.flush()
        return answer(import_page(uow, import_id), 201)


@api.put("/<uuid:import_id>/pieces/<int:place>")
@needs("customers.edit")
def take_piece(import_id: UUID, place: int) -> Response:
    with unit_of_work() as uow:
        received.take_piece(uow, import_id, place, request.get_data())
    return nothing()


@api.post("/<uuid:import_id>/received")
@needs("customers.edit")
def all_received(import_id: UUID) -> Response:
    try:
        with unit_of_work() as uow:
            received.received(uow, import_id)
    except Invalid:
        with unit_of_work() as uow:
            received.forget(uow, import_id)
        raise
    return _shown(import_id)


@api.get("/<uuid:import_id>")
@needs("customers.edit")
def show_import(import_id: UUID) -> Response:
    return _shown(import_id)


@api.put("/<uuid:import_id>/columns")
@needs("customers.edit")
def choose_columns(import_id: UUID) -> Response:
    chosen = body(Columns)
    with unit_of_work() as uow:
        received.choose_columns(uow, import_id, chosen.fields)
    return _shown(import_id)


@api.post("/<uuid:import_id>/start")
@needs("customers.edit")
def start_import(import_id: UUID) -> Response:
    with unit_of_work() as uow:
        runs.start(uow, import_id)
    return _shown(import_id)


@api.post("/<uuid:import_id>/stop")
@needs("customers.edit")
def stop_import(import_id: UUID) -> Response:
    with unit_of_work() as uow:
        runs.stop(uow, import_id)
    return _shown(import_id)


@api.post("/<uuid:import_id>/rejects")
@needs("customers.edit")
def show_rejects(import_id: UUID) -> Response:
    pieces = runs.rejects_of(unit_of_work, import_id)
    return streamed(chain([next(pieces)], pieces), "text/csv; charset=utf-8")


def _shown(import_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(import_page(uow, import_id))
