"""The payment gateways that a form offers."""

from kernel.clients import Bound
from kernel.errors import Failure, Unauthenticated


def gateway_choices(services: Bound, chosen: str) -> list[str]:
    """Return those that are installed, and the one that is chosen, which may be installed no more.

    A page that only narrows by it does not fail when they cannot be said now.
    """
    try:
        installed = services.billing.gateway_names()
    except Unauthenticated:
        raise
    except Failure:
        installed = []
    return sorted({*installed, *([chosen] if chosen else [])})
