"""Giving running memberships the new price of their product, over HTTP."""

from uuid import UUID

from flask import Response

from kernel.contracts.repricing import RepricingOrder
from kernel.database import UnitOfWork
from kernel.web import answer, body, needs, unit_of_work
from services.billing.api.blueprint import api
from services.billing.api.once import once
from services.billing.products import repricing


@api.get("/products/<uuid:product_id>/repricing")
@needs("billing.view")
def preview_repricing(product_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(repricing.preview(uow, product_id))


@api.post("/products/<uuid:product_id>/repricing")
@needs("billing.edit")
@once
def order_repricing(uow: UnitOfWork, product_id: UUID) -> Response:
    return answer(repricing.order(uow, product_id, seen=body(RepricingOrder).seen), 202)
