"""API keys: what there is, making one, revoking one."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.api_keys import ApiKeyOrder
from kernel.web import answer, body, needs, nothing, unit_of_work
from services.customers.accounts import api_keys
from services.customers.accounts.admins import PERMISSION
from services.customers.queries.api_keys import api_keys_list

api = Blueprint("api_keys", __name__, url_prefix="/v1/api-keys")


@api.get("")
@needs(PERMISSION)
def list_keys() -> Response:
    with unit_of_work() as uow:
        return answer(api_keys_list(uow))


@api.post("")
@needs(PERMISSION)
def make_key() -> Response:
    order = body(ApiKeyOrder)
    with unit_of_work() as uow:
        made = api_keys.make(uow, order)
    return answer(made, 201)


@api.delete("/<uuid:key_id>")
@needs(PERMISSION)
def revoke_key(key_id: UUID) -> Response:
    with unit_of_work() as uow:
        api_keys.revoke(uow, key_id)
    return nothing()
