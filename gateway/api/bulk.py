"""Many customers at a time: the export."""

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.bulk import ExportOrder, ExportQuery, Selection
from kernel.web import query


@blueprint.get("/customers/export")
@operation(scope="customers.view", query=ExportQuery, file="text/csv", is_confirmed_by_customers=True)
def export_customers() -> Response:
    """Customers as CSV, sent as they are read; the file can be imported again."""
    asked = query(ExportQuery)
    columns = tuple(name.strip() for name in asked.columns.split(",") if name.strip())
    chosen = Selection(tab=asked.tab, q=asked.q)
    order = ExportOrder(selection=chosen, columns=columns, delimiter=asked.delimiter)
    return Response(api_services().customers.export_customers(order), content_type="text/csv; charset=utf-8")
