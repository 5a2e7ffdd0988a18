"""The keys that call this API."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.api_keys import ApiKeyMade, ApiKeyOrder, ApiKeysList
from kernel.http import body

SCOPE = "network.settings"


@blueprint.get("/api-keys")
@operation(scope=SCOPE, answers=ApiKeysList, is_confirmed_by_customers=True)
def api_keys() -> ApiKeysList:
    """Every key of the network, without what opens anything."""
    return api_services().customers.api_keys()


@blueprint.post("/api-keys")
@operation(scope=SCOPE, body=ApiKeyOrder, answers=ApiKeyMade, is_confirmed_by_customers=True)
def make_api_key() -> ApiKeyMade:
    """Make a key that carries no more than this one, ends no later, and is revoked together with it."""
    return api_services().customers.make_api_key(body(ApiKeyOrder))


@blueprint.delete("/api-keys/<uuid:key_id>")
@operation(scope=SCOPE, is_confirmed_by_customers=True)
def revoke_api_key(key_id: UUID) -> None:
    """Let a key, and those made with it, open nothing from the next call on."""
    api_services().customers.revoke_api_key(key_id)
