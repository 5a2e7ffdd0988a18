"""Every kind of due work there is, without what performs it: all that the bell needs to ring."""

from collections.abc import Mapping

from kernel.work import DueWork, Kind
from services.billing.models import WORKS as BILLING
from services.customers.models import WORKS as CUSTOMERS
from services.sites.models import WORKS as SITES

WORKS: Mapping[str, Mapping[str, type[DueWork]]] = {
    "customers": CUSTOMERS,
    "billing": BILLING,
    "sites": SITES,
}


def kinds() -> dict[str, Kind]:
    """Return the kinds of due work by name."""
    return {name: Kind(name, home, model) for home, works in WORKS.items() for name, model in works.items()}
