"""Handing a customer over, as callers of the customers service see it."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts.handovers import HandedOver, HandoverOrder, HandoverOutlook


class HandoversClient(ServiceClient):
    """WHO: which account signs in as a customer."""

    def look_at_handover(self, customer_id: UUID, order: HandoverOrder) -> HandoverOutlook:
        """Return what handing over would change. Raises Invalid, Conflict, Forbidden."""
        return self._send("POST", f"/v1/customers/{customer_id}/handovers/looks", order, HandoverOutlook)

    def hand_customer_over(self, customer_id: UUID, order: HandoverOrder) -> HandedOver:
        """Make the customer another account's. Raises Invalid, Conflict, Forbidden."""
        return self._send("POST", f"/v1/customers/{customer_id}/handovers", order, HandedOver)
