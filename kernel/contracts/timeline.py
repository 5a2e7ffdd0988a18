"""The kinds of events that a timeline can be narrowed to."""

from functools import cache
from typing import Literal, get_args

from kernel.contracts.common import After
from kernel.contracts.events import Event

EventKind = Literal["customer", "sign_in", "switch", "membership", "payment", "site", "network"]

BEGINNINGS: dict[EventKind, tuple[str, ...]] = {
    "customer": ("customer.", "mail."),
    "sign_in": ("account.",),
    "switch": ("visit.", "customer.switch_cleared", "customer.assistance"),
    "membership": ("membership.", "product."),
    "payment": ("payment.", "payment_method.", "refund.", "invoice.", "ledger.", "reconciliation."),
    "site": ("site.",),
    "network": (
        "network.",
        "payment_gateway.",
        "admin.",
        "invitation.",
        "api_key.",
        "parked_event.",
        "dead_work.",
    ),
}
"""How the types of a kind begin; the longest beginning that fits decides."""


class TimelineQuery(After):
    """Which page of a timeline, of which kind of events; all kinds without."""

    kind: EventKind | None = None


@cache
def types_of(kind: EventKind) -> tuple[str, ...]:
    """Return the types of events of a kind."""
    types = [get_args(event.model_fields["type"].annotation)[0] for event in get_args(Event)]
    return tuple(one for one in types if kind_of(one) == kind)


def kind_of(type_of_event: str) -> EventKind | None:
    """Return which kind a type of event is of; None for one that nobody has put anywhere."""
    fitting = [
        (len(beginning), kind)
        for kind, beginnings in BEGINNINGS.items()
        for beginning in beginnings
        if type_of_event.startswith(beginning)
    ]
    return max(fitting)[1] if fitting else None
