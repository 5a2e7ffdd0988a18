"""The box of what was written to a customer; the newest came with him."""

from collections.abc import Mapping
from typing import Any

from gateway.panels.request import PanelRequest
from gateway.views.mails import may_send
from kernel.contracts.plugins import Panel
from kernel.errors import N_


def load_mails(asked: PanelRequest) -> Mapping[str, Any]:
    """Return the newest, or older ones, which are asked for by their cursor."""
    customers, after = asked.services.customers, asked.arguments.get("after")
    found = customers.customer_mails(asked.subject, after) if after else None
    found = found or customers.customer(asked.subject).mails
    return {"mails": found.items, "after": found.after, "may_send": may_send}


mails = Panel("mails", "customer", N_("Mail"), 67, "panels/mails.html", load_mails, "customers.view")
