"""Invoices and credit notes."""

from uuid import UUID

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import idempotency_key, operation
from gateway.downloads import csv_file
from gateway.invoice_files import file_of_payment, invoice_file
from gateway.invoices_found import found_invoices, named_invoices
from kernel.contracts.invoices import Invoice, InvoiceList, InvoicesNarrowed, InvoicesQuery
from kernel.http import query
from kernel.invoice_pdf import MEDIA_TYPE


@blueprint.get("/invoices")
@operation(scope="billing.view", query=InvoicesQuery, answers=InvoiceList)
def invoices() -> InvoiceList:
    """Invoices and credit notes, newest first; `q` is how a number begins, or a customer."""
    return found_invoices(api_services(), query(InvoicesQuery))


@blueprint.get("/invoices/export")
@operation(scope="billing.view", query=InvoicesNarrowed, file="text/csv")
def export_invoices() -> Response:
    """The invoices and credit notes as a CSV file, newest first."""
    return csv_file(named_invoices(api_services(), query(InvoicesNarrowed)))


@blueprint.get("/invoices/<uuid:invoice_id>")
@operation(scope="billing.view", answers=Invoice)
def invoice(invoice_id: UUID) -> Invoice:
    """One invoice or credit note, with all that it says; whom it names stands in the PDF."""
    return api_services().billing.invoice(invoice_id)


@blueprint.get("/invoices/<uuid:invoice_id>.pdf")
@operation(scope="billing.view", file=MEDIA_TYPE)
def invoice_pdf(invoice_id: UUID) -> Response:
    """One invoice or credit note as PDF."""
    return invoice_file(api_services(), invoice_id)


@blueprint.get("/payments/<uuid:payment_id>/invoice.pdf")
@operation(scope="billing.view", file=MEDIA_TYPE)
def payment_invoice_pdf(payment_id: UUID) -> Response:
    """A payment's invoice as PDF; 404 while none has been issued."""
    return file_of_payment(api_services(), payment_id)


@blueprint.post("/payments/<uuid:payment_id>/invoice/send")
@operation(scope="billing.edit", answers=Invoice, moves_money=True)
def send_invoice(payment_id: UUID) -> Invoice:
    """Have a payment's invoice sent to its customer; it is issued now if it was not before."""
    return api_services().billing.send_invoice(payment_id, key=idempotency_key())
