"""API keys, for whoever calls the customers service."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts.api_keys import ApiKeyMade, ApiKeyOrder, ApiKeysList


class ApiKeysClient(ServiceClient):
    """The keys of the network."""

    def api_keys(self) -> ApiKeysList:
        """Return every key, without what opens anything."""
        return self._get("/v1/api-keys", ApiKeysList)

    def make_api_key(self, order: ApiKeyOrder) -> ApiKeyMade:
        """Return a new key, this once. Raises Forbidden for a scope that is not one's own."""
        return self._send("POST", "/v1/api-keys", order, ApiKeyMade)

    def revoke_api_key(self, key_id: UUID) -> None:
        """Let a key open nothing any more. Raises NotFound."""
        self._tell("DELETE", f"/v1/api-keys/{key_id}")
