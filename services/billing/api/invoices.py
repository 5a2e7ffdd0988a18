"""Invoices over HTTP: to who sees billing, and to each customer his own."""

from uuid import UUID

from flask import Response

from kernel.contracts.invoices import InvoicesNarrowed, InvoicesQuery
from kernel.database import UnitOfWork
from kernel.web import answer, body, needs, query, streamed, unit_of_work
from services.billing.api.blueprint import api, own_customer
from services.billing.api.once import once
from services.billing.invoices import export
from services.billing.invoices import of_payments as use_cases
from services.billing.queries import invoices


@api.get("/invoices")
@needs("billing.view")
def invoice_list() -> Response:
    asked = query(InvoicesQuery)
    with unit_of_work() as uow:
        return answer(invoices.invoices(uow, asked))


@api.post("/invoices/exports")
@needs("billing.view")
def export_invoices() -> Response:
    asked = body(InvoicesNarrowed)
    with unit_of_work() as uow:
        export.note_export(uow, asked)
    return streamed(export.file_of(unit_of_work, asked), "text/csv; charset=utf-8")


@api.get("/invoices/<uuid:invoice_id>")
@needs("billing.view")
def invoice(invoice_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(invoices.invoice(uow, invoice_id))


@api.get("/payments/<uuid:payment_id>/invoice")
@needs("billing.view")
def invoice_of_payment(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(invoices.invoice_of_payment(uow, payment_id))


@api.post("/payments/<uuid:payment_id>/invoice/send")
@needs("billing.edit")
@once
def send_invoice(uow: UnitOfWork, payment_id: UUID) -> Response:
    sent = use_cases.send_invoice(uow, payment_id)
    uow.session.flush()
    return answer(invoices.invoice(uow, sent.id))


@api.get("/own/invoices")
@needs("own.view", visit="read")
def own_invoices() -> Response:
    asked = query(InvoicesQuery)
    with unit_of_work() as uow:
        return answer(invoices.invoices(uow, asked, customer_id=own_customer()))


@api.get("/own/invoices/<uuid:invoice_id>")
@needs("own.view", visit="read")
def own_invoice(invoice_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(invoices.invoice(uow, invoice_id, customer_id=own_customer()))


@api.get("/logos/<logo>")
@needs("billing.view", "network.settings")
def picture(logo: str) -> Response:
    with unit_of_work() as uow:
        return answer(invoices.picture(uow, logo))


@api.get("/own/logos/<logo>")
@needs("own.view", visit="read")
def own_picture(logo: str) -> Response:
    with unit_of_work() as uow:
        return answer(invoices.picture(uow, logo))
