"""Links to pay by, and to save a card by, for whoever calls the customers service."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts.pay_links import CardLinkFound, PayLinkFound, PayLinkOrder, PayLinkToken


class PayLinksClient(ServiceClient):
    """Mailed to customers, and known again."""

    def send_pay_link(self, customer_id: UUID, order: PayLinkOrder) -> None:
        """Mail a customer the link of one of his payments. Raises TooMany."""
        self._tell("POST", f"/v1/customers/{customer_id}/pay-links", order)

    def find_pay_link(self, token: PayLinkToken) -> PayLinkFound:
        """Return which payment a link is for; for the gateway itself. Raises NotFound."""
        return self._send("POST", "/v1/pay-links/looks", token, PayLinkFound)

    def send_card_link(self, customer_id: UUID) -> None:
        """Mail a customer the link by which he saves a card. Raises TooMany."""
        self._tell("POST", f"/v1/customers/{customer_id}/card-links")

    def find_card_link(self, token: PayLinkToken) -> CardLinkFound:
        """Return whose card a link saves; for the gateway itself. Raises NotFound."""
        return self._send("POST", "/v1/card-links/looks", token, CardLinkFound)
