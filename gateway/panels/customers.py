"""The boxes that the customers service fills: all of them out of its one answer about a customer."""

from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import UUID

from gateway.panels.request import PanelRequest
from kernel.contracts.plugins import Panel
from kernel.contracts.timeline import BEGINNINGS, EventKind
from kernel.errors import N_, NotFound

Load = Callable[[PanelRequest], Mapping[str, Any]]
Column = Literal["main", "side"]


def load_customer(asked: PanelRequest) -> Mapping[str, Any]:
    return {"customer": asked.services.customers.customer(asked.subject)}


def load_customer_events(asked: PanelRequest) -> Mapping[str, Any]:
    """The newest events came with the customer; older ones are asked for by their cursor."""
    if asked.arguments.get("after") or asked.arguments.get("kind"):
        return load_events(asked)
    customer = asked.services.customers.customer(asked.subject)
    return {"entries": customer.timeline, "after": customer.timeline_after, "kind": None}


def load_events(asked: PanelRequest) -> Mapping[str, Any]:
    kind = event_kind(asked.arguments.get("kind", ""))
    after = asked.arguments.get("after")
    timeline = asked.services.customers.timeline(about=asked.subject, after=after, kind=kind)
    return {"entries": timeline.items, "after": timeline.after, "kind": kind}


def event_kind(given: str) -> EventKind | None:
    """Return the kind of events asked for; one that there is not narrows nothing."""
    return next((kind for kind in BEGINNINGS if kind == given), None)


def load_owner(asked: PanelRequest) -> Mapping[str, Any]:
    """Return the customer behind a membership, a payment or a site, which the page has asked for already.

    ``former``: what is kept of who was deleted, and still is its owner, or bought it.
    """
    owned, buyer = OWNED[asked.page](asked), _former_buyer(asked)
    try:
        customer = asked.services.customers.customer(owned) if owned else None
    except NotFound:
        customer, buyer = None, buyer or owned
    former = asked.services.customers.former_customer(buyer) if buyer else None
    return {"customer": customer, "former": former}


def _former_buyer(asked: PanelRequest) -> UUID | None:
    """Return who bought what was handed over to another customer."""
    if asked.page != "payment":
        return None
    return asked.services.billing.payment(asked.subject).former_customer_id


OWNED: Mapping[str, Callable[[PanelRequest], UUID | None]] = {
    "membership": lambda asked: asked.services.billing.membership(asked.subject).customer_id,
    "payment": lambda asked: asked.services.billing.payment(asked.subject).customer_id,
    "site": lambda asked: asked.services.sites.site(asked.subject).customer_id,
}


def _of_customer(
    name: str, title: str, order: int, *, load: Load = load_customer, column: Column = "main"
) -> Panel:
    return Panel(name, "customer", title, order, f"panels/{name}.html", load, "customers.view", column)


def _owner_of(page: str) -> Panel:
    return Panel(
        f"{page}_owner", page, N_("Customer"), 10, "panels/owner.html", load_owner, "customers.view", "side"
    )


def _events_of(page: str) -> Panel:
    return Panel(
        f"{page}_events", page, N_("Events"), 90, "panels/events.html", load_events, "customers.view"
    )


at_a_glance = _of_customer("at_a_glance", N_("At a glance"), 10)
options = _of_customer("options", N_("Customer options"), 20)
fields = _of_customer("fields", N_("Fields"), 30)
events = _of_customer("events", N_("Events"), 70, load=load_customer_events)
sign_ins = _of_customer("sign_ins", N_("Last sign-in & IP addresses"), 80, column="side")
timestamps = _of_customer("timestamps", N_("Timestamps"), 90, column="side")
delete = Panel(
    "delete", "customer", N_("Delete"), 99, "panels/delete.html", load_customer, "customers.delete", "side"
)
membership_owner, payment_owner, site_owner = (_owner_of(page) for page in OWNED)
membership_events, payment_events, site_events = (_events_of(page) for page in OWNED)
