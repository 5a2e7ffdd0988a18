"""Whom invoices were issued to, over HTTP: to who sees billing, and to the buyer himself."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.errors import NotFound
from kernel.web import answer, identity, needs, unit_of_work
from services.customers.models import InvoiceBuyer
from services.customers.profiles import buyers

api = Blueprint("buyers", __name__, url_prefix="/v1")


@api.get("/invoices/<uuid:invoice_id>/buyer")
@needs("billing.view")
def show(invoice_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(buyers.buyer_of(uow, invoice_id))


@api.get("/own/invoices/<uuid:invoice_id>/buyer")
@needs("own.view", visit="read")
def show_own(invoice_id: UUID) -> Response:
    customer_id = identity().customer_id
    if customer_id is None:
        raise NotFound(InvoiceBuyer.missing)
    with unit_of_work() as uow:
        return answer(buyers.buyer_of(uow, invoice_id, customer_id=customer_id))
