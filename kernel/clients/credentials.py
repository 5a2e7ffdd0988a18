"""How people get in, as callers of the customers service see it."""

from collections.abc import Iterator
from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import credentials
from kernel.contracts.customers import Standing
from kernel.contracts.verification import LinkAsked, LinkToken


class CredentialsClient(ServiceClient):
    """Passwords, sign-ins, locks, and ending all that lets somebody in."""

    def send_password_link(self, customer_id: UUID) -> None:
        """Mail the customer a link to set a password. Raises Forbidden, Conflict, TooMany."""
        self._tell("POST", f"/v1/customers/{customer_id}/password-links")

    def unlock(self, customer_id: UUID) -> None:
        """Let the customer try again at once. Raises Forbidden."""
        self._tell("POST", f"/v1/customers/{customer_id}/unlock")

    def end_access(self, customer_id: UUID) -> credentials.AccessEnded:
        """End all that lets the customer in. Raises Forbidden."""
        path = f"/v1/customers/{customer_id}/access/end"
        return self._send("POST", path, None, credentials.AccessEnded)

    def sign_ins(self, customer_id: UUID, asked: credentials.SignInsQuery) -> credentials.SignInsPage:
        """Return a page of the customer's sign-ins."""
        path = f"/v1/customers/{customer_id}/sign-ins"
        return self._get(path, credentials.SignInsPage, asked.model_dump(exclude_defaults=True))

    def export_sign_ins(self, customer_id: UUID, asked: credentials.SignInsQuery) -> Iterator[bytes]:
        """Return the CSV piece by piece. Raises at once when it cannot begin, later when it breaks off."""
        return self._stream("POST", f"/v1/customers/{customer_id}/sign-ins/exports", asked)

    def own_sign_ins(self, asked: credentials.SignInsQuery) -> credentials.SignInsPage:
        """Return a page of the sign-ins of who asks."""
        return self._get("/v1/own/sign-ins", credentials.SignInsPage, asked.model_dump(exclude_defaults=True))

    def change_password(self, change: credentials.PasswordChange) -> Standing:
        """Set another password of who asks; return the standing by which his session goes on."""
        return self._send("POST", "/v1/standing/password-changes", change, Standing)

    def look_at_reset(self, link: LinkToken) -> credentials.ResetShown:
        """Return with what the link's owner signs in, and change nothing. Raises NotFound."""
        return self._send("POST", "/v1/resets/looks", link, credentials.ResetShown)

    def reset_password(self, given: credentials.PasswordReset) -> credentials.ResetDone:
        """Use the link up and set the password. Raises NotFound, Invalid."""
        return self._send("POST", "/v1/resets", given, credentials.ResetDone)

    def request_reset(self, asked: LinkAsked) -> None:
        """Ask for a link; the same for every address."""
        self._tell("POST", "/v1/resets/requests", asked)
