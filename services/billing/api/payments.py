"""Payments over HTTP."""

from uuid import UUID

from flask import Response

from kernel.web import answer, needs, unit_of_work
from services.billing.api.blueprint import api
from services.billing.queries import overview as queries


@api.get("/payments/<uuid:payment_id>")
@needs("billing.view")
def payment(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.payment(uow, payment_id))
