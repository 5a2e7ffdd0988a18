"""Many customers at a time: how many a selection holds, and the export of them."""

from flask import Blueprint, Response

from kernel.contracts.bulk import ExportOrder, Selection, SelectionCount
from kernel.web import answer, body, needs, streamed, unit_of_work
from services.customers.jobs import exports
from services.customers.queries.selected import count_of

api = Blueprint("bulk", __name__, url_prefix="/v1")


@api.post("/customers/selections")
@needs("customers.view")
def count_selection() -> Response:
    chosen = body(Selection)
    with unit_of_work() as uow:
        return answer(SelectionCount(count=count_of(uow, chosen)))


@api.post("/customers/exports")
@needs("customers.view")
def export_customers() -> Response:
    order = body(ExportOrder)
    with unit_of_work() as uow:
        exports.note_export(uow, order)
    pieces = exports.lines_of(unit_of_work, order)
    return streamed(pieces, "text/csv; charset=utf-8")
