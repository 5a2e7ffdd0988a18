"""The saved ways to pay of a customer, over HTTP."""

from uuid import UUID

from flask import Response

from kernel.contracts.payments import PaymentMethods
from kernel.web import answer, needs, nothing, unit_of_work
from services.billing.api.blueprint import api
from services.billing.payments.methods import choose_default, kept_methods, remove_method
from services.billing.queries.payment import method_row


@api.get("/customers/<uuid:customer_id>/payment-methods")
@needs("billing.view")
def payment_methods(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        kept = kept_methods(uow, customer_id)
        return answer(PaymentMethods(items=[method_row(method) for method in kept]))


@api.put("/payment-methods/<uuid:method_id>/default")
@needs("billing.edit")
def choose_payment_method(method_id: UUID) -> Response:
    with unit_of_work() as uow:
        choose_default(uow, method_id)
    return nothing()


@api.delete("/payment-methods/<uuid:method_id>")
@needs("billing.edit")
def remove_payment_method(method_id: UUID) -> Response:
    with unit_of_work() as uow:
        remove_method(uow, method_id)
    return nothing()
