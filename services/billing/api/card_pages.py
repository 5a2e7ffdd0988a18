"""Saving a card by a link, over HTTP: for the gateway alone, which knows whose link it is."""

from uuid import UUID

from flask import Response

from kernel.contracts.payments import PayPageOrder
from kernel.web import answer, body, needs, nothing, unit_of_work
from services.billing.api.blueprint import api
from services.billing.payments.method_setups import look_sooner, request_setup
from services.billing.queries.own_payments import card_page


@api.get("/customers/<uuid:customer_id>/card-pages/newest")
@needs("payments.pay")
def newest_card_page(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(card_page(uow, customer_id))


@api.post("/customers/<uuid:customer_id>/card-pages")
@needs("payments.pay")
def make_card_page(customer_id: UUID) -> Response:
    order = body(PayPageOrder)
    with unit_of_work() as uow:
        request_setup(uow, customer_id, return_to=order.return_to, language=order.language)
    return nothing()


@api.post("/customers/<uuid:customer_id>/card-pages/looks")
@needs("payments.pay")
def look_at_card_page(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        look_sooner(uow, customer_id)
    return nothing()
