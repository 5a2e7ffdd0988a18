"""A site owner's own payments and ways to pay, over HTTP: of his own customer, and nobody else's.

An admin who acts for him sees what is to be paid; what pays, and what is charged, stays his own doing.
"""

from uuid import UUID

from flask import Response

from kernel.contracts.common import After
from kernel.contracts.payments import PayPageOrder
from kernel.database import UnitOfWork
from kernel.web import answer, body, needs, nothing, query, unit_of_work
from services.billing.api.blueprint import api, installed_gateways, own_customer
from services.billing.api.once import once
from services.billing.payments import method_setups
from services.billing.payments.methods import choose_default, remove_method
from services.billing.payments.pay_pages import ask_for_page, look_sooner
from services.billing.queries import own_payments as queries
from services.billing.queries.payment import to_pay


@api.get("/own/payments")
@needs("own.view", visit="read")
def own_payments() -> Response:
    asked = query(After)
    with unit_of_work() as uow:
        return answer(queries.own_payments(uow, own_customer(), asked.after))


@api.get("/own/payments/<uuid:payment_id>/to-pay")
@needs("own.view", visit="read")
def own_to_pay(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        queries.require_own(uow, payment_id, own_customer())
        return answer(to_pay(uow, installed_gateways(), payment_id))


@api.post("/own/payments/<uuid:payment_id>/pages")
@needs("own.edit", visit="never")
@once
def make_own_page(uow: UnitOfWork, payment_id: UUID) -> Response:
    order = body(PayPageOrder)
    queries.require_own(uow, payment_id, own_customer())
    ask_for_page(uow, payment_id, return_to=order.return_to, language=order.language)
    return nothing()


@api.post("/own/payments/<uuid:payment_id>/pages/looks")
@needs("own.edit", visit="never")
def look_at_own_page(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        queries.require_own(uow, payment_id, own_customer())
        look_sooner(uow, payment_id)
    return nothing()


@api.get("/own/payment-methods")
@needs("own.view", visit="never")
def own_payment_methods() -> Response:
    with unit_of_work() as uow:
        return answer(queries.own_methods(uow, own_customer()))


@api.put("/own/payment-methods/<uuid:method_id>/default")
@needs("own.edit", visit="never")
def choose_own_payment_method(method_id: UUID) -> Response:
    with unit_of_work() as uow:
        choose_default(uow, method_id, customer_id=own_customer())
    return nothing()


@api.delete("/own/payment-methods/<uuid:method_id>")
@needs("own.edit", visit="never")
def remove_own_payment_method(method_id: UUID) -> Response:
    with unit_of_work() as uow:
        remove_method(uow, method_id, customer_id=own_customer())
    return nothing()


@api.get("/own/card-pages/newest")
@needs("own.view", visit="never")
def own_card_page() -> Response:
    with unit_of_work() as uow:
        return answer(queries.card_page(uow, own_customer()))


@api.post("/own/card-pages")
@needs("own.edit", visit="never")
def make_own_card_page() -> Response:
    order = body(PayPageOrder)
    with unit_of_work() as uow:
        method_setups.request_setup(uow, own_customer(), return_to=order.return_to, language=order.language)
    return nothing()


@api.post("/own/card-pages/looks")
@needs("own.edit", visit="never")
def look_at_own_card_page() -> Response:
    with unit_of_work() as uow:
        method_setups.look_sooner(uow, own_customer())
    return nothing()
