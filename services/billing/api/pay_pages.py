"""Paying by a link, over HTTP: for the gateway alone, which knows whose link it is."""

from uuid import UUID

from flask import Response

from kernel.contracts.payments import PayPageOrder
from kernel.database import UnitOfWork
from kernel.web import answer, body, needs, nothing, unit_of_work
from services.billing.api.blueprint import api, installed_gateways
from services.billing.api.once import once
from services.billing.payments.pay_pages import ask_for_page, look_sooner
from services.billing.queries import payment as pages


@api.get("/payments/<uuid:payment_id>/to-pay")
@needs("payments.pay")
def to_pay(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(pages.to_pay(uow, installed_gateways(), payment_id))


@api.post("/payments/<uuid:payment_id>/pages")
@needs("payments.pay")
@once
def make_page(uow: UnitOfWork, payment_id: UUID) -> Response:
    order = body(PayPageOrder)
    ask_for_page(uow, payment_id, return_to=order.return_to, language=order.language)
    return nothing()


@api.post("/payments/<uuid:payment_id>/pages/looks")
@needs("payments.pay")
def look_at_page(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        look_sooner(uow, payment_id)
    return nothing()
