"""Links to pay by, and to save a card by, over HTTP."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.pay_links import CardLinkFound, PayLinkFound, PayLinkOrder, PayLinkToken
from kernel.web import answer, body, needs, nothing, unit_of_work
from services.customers.mail import card_links, pay_links

api = Blueprint("pay_links", __name__, url_prefix="/v1")


@api.post("/customers/<uuid:customer_id>/pay-links")
@needs("billing.edit")
def send_link(customer_id: UUID) -> Response:
    order = body(PayLinkOrder)
    with unit_of_work() as uow:
        pay_links.send(uow, customer_id, order)
    return nothing()


@api.post("/pay-links/looks")
@needs("payments.pay")
def find_link() -> Response:
    given = body(PayLinkToken)
    with unit_of_work() as uow:
        found = pay_links.find(uow, given.token)
        return answer(PayLinkFound.model_validate(found, from_attributes=True))


@api.post("/customers/<uuid:customer_id>/card-links")
@needs("billing.edit")
def send_card_link(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        card_links.send(uow, customer_id)
    return nothing()


@api.post("/card-links/looks")
@needs("payments.pay")
def find_card_link() -> Response:
    given = body(PayLinkToken)
    with unit_of_work() as uow:
        return answer(CardLinkFound(customer_id=card_links.find(uow, given.token).customer_id))
