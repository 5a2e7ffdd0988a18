"""What has happened in the whole network, newest first."""

from flask import Blueprint, Response, request

from gateway import labels
from gateway.auth import confirmed_by_customers, needs, services
from gateway.panels.customers import event_kind
from gateway.views.pages import page

views = Blueprint("events", __name__)


@views.get("/events")
@confirmed_by_customers
@needs("audit.view")
def events() -> Response:
    """A page of the network's events; older ones by their cursor, one kind by its name."""
    kind = event_kind(request.args.get("kind", ""))
    found = services().customers.timeline(None, request.args.get("after"), kind)
    return page(
        "events/events.html",
        menu="events",
        entries=found.items,
        after=found.after,
        kind=kind,
        kinds=labels.event_kinds(),
        address="",
    )
