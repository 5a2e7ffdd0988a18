"""What comes next for memberships, as the billing service's callers see it; ``key`` is an Idempotency-Key."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts.agenda import WhatComes


class AgendaClient(ServiceClient):
    """MONEY: what time does to memberships."""

    def what_comes(self, membership_id: UUID) -> WhatComes:
        """Return what is done about a membership next, and when."""
        return self._get(f"/v1/memberships/{membership_id}/coming", WhatComes)

    def bill_again(self, membership_id: UUID, *, key: str) -> None:
        """Ask for a payment again that was cancelled. Raises Conflict when none was."""
        self._tell("POST", f"/v1/memberships/{membership_id}/bill", key=key)
