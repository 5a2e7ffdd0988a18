"""The audit log: who changed what, when and from where; filtered, read on, and taken along as CSV."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, request

from gateway import audit_words
from gateway.auth import confirmed_by_customers, needs, services
from gateway.calls import tried
from gateway.downloads import csv_file
from gateway.hosts import current_host
from gateway.views.pages import page
from kernel import clock
from kernel.contracts.audit import AuditQuery

views = Blueprint("audit", __name__)

PATH = "/audit"


@views.get(PATH)
@confirmed_by_customers
@needs("audit.view")
def audit_log() -> Response:
    """A page of the log; what cannot be read of the address narrows nothing."""
    asked = asked_for()
    found, failure = tried(lambda: services().customers.audit_log(asked))
    return page(
        "audit/audit.html",
        menu="audit",
        status=failure.status if failure else 200,
        found=found,
        failure=failure,
        asked=asked,
        words=audit_words,
        address=address,
    )


def asked_for() -> AuditQuery:
    """Return what the address asks for."""
    given = request.args
    return AuditQuery(
        action=given.get("action", "")[:100],
        actor=given.get("actor", type=UUID),
        about=given.get("about", type=UUID),
        since=given.get("since", type=date.fromisoformat),
        until=given.get("until", type=date.fromisoformat),
        after=given.get("after"),
    )


def address(asked: AuditQuery, path: str = PATH, **other: object) -> str:
    """Return where the same is asked for with something else in it; from the first page on."""
    wanted = asked.model_dump(exclude={"limit", "after"}) | other
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"{path}?{query}" if query else path


@views.get(f"{PATH}.csv")
@confirmed_by_customers
@needs("audit.view")
def export() -> Response:
    """The lines that the address asks for, all of them, as a file."""
    pieces = services().customers.export_audit_log(asked_for().model_copy(update={"after": None}))
    return csv_file(pieces, f"audit-{current_host().network.slug}-{clock.now():%Y-%m-%d}.csv")
