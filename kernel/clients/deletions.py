"""Deleting customers, as each of the three services is asked about it."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import deletions as contracts


class Trouble(ServiceClient):
    """What every service says of a deletion that stands still."""

    def deletion_trouble(self, deletion_id: UUID) -> contracts.Trouble:
        """Return on what this service's step stumbled."""
        return self._get(f"/v1/deletions/{deletion_id}/trouble", contracts.Trouble)


class CustomerDeletions(Trouble):
    """The customers service: the order, and where it stands."""

    def deletion_outlook(self, customer_id: UUID) -> contracts.CustomerOutlook:
        """Return what of the person would go. Raises NotFound, also for who was deleted."""
        return self._get(f"/v1/customers/{customer_id}/deletion-outlook", contracts.CustomerOutlook)

    def delete_customer(self, customer_id: UUID, order: contracts.DeletionOrder) -> contracts.Deletion:
        """Begin to delete a customer. Raises Conflict with the reason, Invalid with the fields."""
        return self._send("POST", f"/v1/customers/{customer_id}/deletions", order, contracts.Deletion)

    def deletions(self) -> contracts.Deletions:
        """Return the deletions that run, and the newest."""
        return self._get("/v1/deletions", contracts.Deletions)

    def deletion(self, deletion_id: UUID) -> contracts.Deletion:
        """Return where a deletion stands."""
        return self._get(f"/v1/deletions/{deletion_id}", contracts.Deletion)

    def repeat_deletion(self, deletion_id: UUID) -> None:
        """Tell the services once more of a deletion that stands still."""
        self._tell("POST", f"/v1/deletions/{deletion_id}/repeats")

    def former_customer(self, customer_id: UUID) -> contracts.FormerCustomer:
        """Return what is kept of a customer who was deleted. Raises NotFound."""
        return self._get(f"/v1/former-customers/{customer_id}", contracts.FormerCustomer)


class BillingDeletions(Trouble):
    """The billing service: memberships and payments."""

    def deletion_outlook(self, customer_id: UUID) -> contracts.BillingOutlook:
        """Return what would become of memberships and payments."""
        return self._get(f"/v1/customers/{customer_id}/deletion-outlook", contracts.BillingOutlook)


class SitesDeletions(Trouble):
    """The sites service."""

    def deletion_outlook(self, customer_id: UUID) -> contracts.SitesOutlook:
        """Return what would become of the sites."""
        return self._get(f"/v1/customers/{customer_id}/deletion-outlook", contracts.SitesOutlook)
