"""Handing a customer over to another sign-in."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.handovers import HandoverOrder
from kernel.web import answer, body, needs, unit_of_work
from services.customers.profiles import handovers

api = Blueprint("handovers", __name__, url_prefix="/v1/customers/<uuid:customer_id>/handovers")


@api.post("/looks")
@needs("customers.credentials")
def look(customer_id: UUID) -> Response:
    """A POST that changes nothing: in a GET the address would stand in logs."""
    order = body(HandoverOrder)
    with unit_of_work() as uow:
        return answer(handovers.look(uow, customer_id, order))


@api.post("")
@needs("customers.credentials")
def hand_over(customer_id: UUID) -> Response:
    order = body(HandoverOrder)
    with unit_of_work() as uow:
        return answer(handovers.hand_over(uow, customer_id, order))
