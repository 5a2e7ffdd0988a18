"""The verification of e-mail addresses, as callers of the customers service see it."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import verification


class VerificationClient(ServiceClient):
    """Whether an address is its customer's."""

    def change_verification(self, customer_id: UUID, edit: verification.VerificationEdit) -> None:
        """Set the status by hand."""
        self._tell("PUT", f"/v1/customers/{customer_id}/verification", edit)

    def resend_verification(self, customer_id: UUID) -> None:
        """Write to the customer once more. Raises Conflict, TooMany."""
        self._tell("POST", f"/v1/customers/{customer_id}/verification/resend")

    def own_verification(self) -> verification.OwnVerification:
        """Return how the asking customer's own address stands."""
        return self._get("/v1/own/verification", verification.OwnVerification)

    def resend_own_verification(self) -> None:
        """Write to the asking customer once more. Raises Conflict, TooMany."""
        self._tell("POST", "/v1/own/verification/resend")

    def look_at_link(self, link: verification.LinkToken) -> verification.AddressShown:
        """Return whose link it is, and change nothing. Raises NotFound."""
        return self._send("POST", "/v1/verifications/looks", link, verification.AddressShown)

    def verify(self, link: verification.LinkToken) -> verification.AddressVerified:
        """Use the link up. Raises NotFound."""
        return self._send("POST", "/v1/verifications", link, verification.AddressVerified)

    def request_verification(self, asked: verification.LinkAsked) -> None:
        """Ask for a new link; the same for every address."""
        self._tell("POST", "/v1/verifications/requests", asked)
