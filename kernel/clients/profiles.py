"""Customers as somebody edits them."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts.customers import Customer
from kernel.contracts.profiles import NewProfile, ProfileChange


class ProfilesClient(ServiceClient):
    """WHO: what is written about a customer."""

    def register_customer(self, new: NewProfile) -> Customer:
        """Register a customer by hand. Raises Invalid with the fields that are wrong."""
        return self._send("POST", "/v1/customers", new, Customer)

    def change_profile(self, customer_id: UUID, change: ProfileChange) -> Customer:
        """Change some fields and return the customer as he is now.

        Raises Conflict ``ChangedMeanwhile`` and Invalid with the fields that are wrong.
        """
        return self._send("PATCH", f"/v1/customers/{customer_id}", change, Customer)
