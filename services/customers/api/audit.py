"""The audit log, for those who may read it."""

from flask import Blueprint, Response

from kernel.contracts.audit import AuditQuery
from kernel.web import answer, body, needs, query, streamed, unit_of_work
from services.customers import audit_export
from services.customers.queries.audit_log import audit_log

api = Blueprint("audit", __name__, url_prefix="/v1")


@api.get("/audit")
@needs("audit.view")
def show_audit_log() -> Response:
    asked = query(AuditQuery)
    with unit_of_work() as uow:
        return answer(audit_log(uow, asked))


@api.post("/audit/exports")
@needs("audit.view")
def export_audit_log() -> Response:
    asked = body(AuditQuery)
    with unit_of_work() as uow:
        audit_export.note_export(uow, asked)
    pieces = audit_export.lines_of(unit_of_work, asked)
    return streamed(pieces, "text/csv; charset=utf-8")
