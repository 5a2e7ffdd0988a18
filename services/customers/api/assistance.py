"""For a customer himself: whether he lets admins switch to his sites."""

from flask import Blueprint, Response

from kernel.contracts.assistance import AssistanceEdit
from kernel.web import answer, body, identity, needs, unit_of_work
from services.customers.accounts.assistance import allow_assistance, own_assistance

api = Blueprint("assistance", __name__, url_prefix="/v1")


@api.get("/own/assistance")
@needs("own.view", visit="read")
def show() -> Response:
    with unit_of_work() as uow:
        return answer(own_assistance(uow, identity().customer_id))


@api.put("/own/assistance")
@needs("own.edit", visit="never")
def allow() -> Response:
    edit = body(AssistanceEdit)
    with unit_of_work() as uow:
        return answer(allow_assistance(uow, identity().customer_id, edit.until))
