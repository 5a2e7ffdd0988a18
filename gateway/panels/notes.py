"""The box with the notes about a customer."""

from collections.abc import Mapping
from typing import Any

from gateway.panels.request import PanelRequest
from kernel.contracts.plugins import Panel
from kernel.errors import N_


def load_notes(asked: PanelRequest) -> Mapping[str, Any]:
    """The newest came with the customer; older ones are asked for by their cursor."""
    after = asked.arguments.get("after")
    customers = asked.services.customers
    found = customers.notes(asked.subject, after) if after else customers.customer(asked.subject).notes
    return {"notes": found, "is_older": bool(after), "customer_id": asked.subject}


notes = Panel("notes", "customer", N_("Notes"), 65, "notes/panel.html", load_notes, "customers.view")
