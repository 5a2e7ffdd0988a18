"""The billing service as its callers see it."""

from uuid import UUID

from kernel.clients.agenda import AgendaClient
from kernel.clients.billing_settings import BillingSettingsClient
from kernel.clients.books import BooksClient
from kernel.clients.card_pages import CardPagesClient
from kernel.clients.deletions import BillingDeletions
from kernel.clients.gateways import GatewaySettingsCalls
from kernel.clients.invoices import InvoicesClient
from kernel.clients.membership_list import MembershipListClient
from kernel.clients.memberships import MembershipsClient
from kernel.clients.own_payments import OwnPaymentsClient
from kernel.clients.payments import PaymentsClient
from kernel.clients.products import ProductsClient
from kernel.clients.refunds import RefundsClient
from kernel.contracts import billing, customers


class BillingClient(
    AgendaClient,
    BillingDeletions,
    BillingSettingsClient,
    BooksClient,
    CardPagesClient,
    GatewaySettingsCalls,
    MembershipListClient,
    OwnPaymentsClient,
    RefundsClient,
    ProductsClient,
    PaymentsClient,
    InvoicesClient,
    MembershipsClient,
):
    """MONEY: memberships and payments."""

    def customer_billing(self, customer_id: UUID) -> billing.CustomerBilling:
        """Return a customer's newest memberships and payments."""
        return self._get(f"/v1/customers/{customer_id}/billing", billing.CustomerBilling)

    def start_pending(self, customer_id: UUID) -> billing.PendingStarted:
        """Start the customer's memberships that were left pending when he was verified."""
        path = f"/v1/customers/{customer_id}/memberships/start-pending"
        return self._send("POST", path, None, billing.PendingStarted)

    def own_billing(self) -> billing.CustomerBilling:
        """Return the memberships and payments of the identity's own customer."""
        return self._get("/v1/own/billing", billing.CustomerBilling)

    def search(self, q: str, limit: int = 5) -> customers.FoundList:
        """Return memberships and payments for the global search."""
        return self._get("/v1/search", customers.FoundList, {"q": q, "limit": limit})
