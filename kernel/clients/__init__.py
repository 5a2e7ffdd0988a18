"""The three services as their callers see them: one method an endpoint.

``Clients`` belongs to a process; ``clients.bind(identity)`` to one request: it remembers the
answers to reads, so that the panels of a page share a call.
"""

from dataclasses import dataclass

from kernel.auth import Identity, Signer
from kernel.calls import Caller
from kernel.clients.billing import BillingClient
from kernel.clients.customers import CustomersClient
from kernel.clients.sites import SitesClient
from kernel.config import Settings


class Clients:
    """The connections of a process to the three services; safe to share between threads."""

    def __init__(self, settings: Settings, signer: Signer) -> None:
        self.callers = {
            name: Caller(name, settings.service_url(name), signer, settings.deadline)
            for name in ("customers", "billing", "sites")
        }

    def bind(self, identity: Identity) -> "Bound":
        """Return the services on behalf of ``identity``, for the length of one request."""
        return Bound(
            CustomersClient(self.callers["customers"], identity),
            BillingClient(self.callers["billing"], identity),
            SitesClient(self.callers["sites"], identity),
        )


@dataclass(frozen=True)
class Bound:
    """The three services on behalf of one identity."""

    customers: CustomersClient
    billing: BillingClient
    sites: SitesClient
