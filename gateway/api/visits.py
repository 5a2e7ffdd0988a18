"""Visits of admins to customers' sites: the switch log, and the end of all that go on."""

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.credentials import VisitsEnded
from kernel.contracts.visits import VisitsPage, VisitsQuery
from kernel.http import query


@blueprint.get("/visits")
@operation(scope="audit.view", query=VisitsQuery, answers=VisitsPage)
def switch_log() -> VisitsPage:
    """Who was on whose site, why and until when, newest first; read on with `after`."""
    return api_services().sites.switch_log(query(VisitsQuery))


@blueprint.get("/visits/export")
@operation(scope="audit.view", query=VisitsQuery, file="text/csv")
def export_switch_log() -> Response:
    """The switch log as CSV, sent as it is read."""
    pieces = api_services().sites.export_switch_log(query(VisitsQuery))
    return Response(pieces, content_type="text/csv; charset=utf-8")


@blueprint.post("/visits/end")
@operation(scope="customers.credentials", answers=VisitsEnded)
def end_every_visit() -> VisitsEnded:
    """End every visit that goes on, and every ticket on its way."""
    return api_services().sites.end_every_visit()
