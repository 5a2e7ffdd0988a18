"""Saving a card by a link, for whoever calls the billing service: the gateway itself."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts.own_payments import CardPage
from kernel.contracts.payments import PayPageOrder


class CardPagesClient(ServiceClient):
    """Pages of the payment gateway's on which a customer saves a card and pays nothing."""

    def card_page(self, customer_id: UUID) -> CardPage:
        """Return the newest page that was asked for."""
        return self._get(f"/v1/customers/{customer_id}/card-pages/newest", CardPage)

    def make_card_page(self, customer_id: UUID, order: PayPageOrder) -> None:
        """Have the payment gateway make one, unless one is open. Raises Conflict."""
        self._tell("POST", f"/v1/customers/{customer_id}/card-pages", order)

    def look_at_card_page(self, customer_id: UUID) -> None:
        """Have it asked now whether the customer has saved a card."""
        self._tell("POST", f"/v1/customers/{customer_id}/card-pages/looks")
