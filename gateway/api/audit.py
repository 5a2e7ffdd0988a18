"""The audit log."""

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.audit import AuditPage, AuditQuery
from kernel.http import query


@blueprint.get("/audit")
@operation(scope="audit.view", query=AuditQuery, answers=AuditPage, is_confirmed_by_customers=True)
def audit_log() -> AuditPage:
    """Who changed what, newest first; read on with `after`."""
    return api_services().customers.audit_log(query(AuditQuery))


@blueprint.get("/audit/export")
@operation(scope="audit.view", query=AuditQuery, file="text/csv", is_confirmed_by_customers=True)
def export_audit_log() -> Response:
    """The audit log as CSV, sent as it is read."""
    pieces = api_services().customers.export_audit_log(query(AuditQuery))
    return Response(pieces, content_type="text/csv; charset=utf-8")
