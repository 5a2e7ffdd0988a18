"""The payment gateways that a form offers."""

from gateway.calls import tried
from kernel.clients import Bound


def gateway_choices(services: Bound, chosen: str) -> list[str]:
    """Return those that are installed, and the one that is chosen, which may be installed no more.

    A page that only narrows by it does not fail when they cannot be said now.
    """
    installed, _failure = tried(services.billing.gateway_names)
    return sorted({*(installed or []), *([chosen] if chosen else [])})
