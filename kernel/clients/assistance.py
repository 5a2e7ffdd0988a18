"""A customer's consent to be helped, as callers of the customers service see it."""

from kernel.clients.base import ServiceClient
from kernel.contracts import assistance


class AssistanceClient(ServiceClient):
    """Whether admins may switch to the asking customer's sites."""

    def own_assistance(self) -> assistance.Assistance:
        """Return until when the asking customer allows it."""
        return self._get("/v1/own/assistance", assistance.Assistance)

    def allow_assistance(self, edit: assistance.AssistanceEdit) -> assistance.Assistance:
        """Allow it, or take it back. Raises Invalid."""
        return self._send("PUT", "/v1/own/assistance", edit, assistance.Assistance)
