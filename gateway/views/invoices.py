"""Invoices in the console: the file of each, and sending a payment's to its customer."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.invoice_files import file_of_payment, invoice_file
from gateway.translation import gettext as _
from gateway.words import said
from kernel.errors import Conflict

views = Blueprint("invoices", __name__)


@views.get("/invoices/<uuid:invoice_id>.pdf")
@needs("billing.view")
def download(invoice_id: UUID) -> Response:
    return invoice_file(services(), invoice_id)


@views.get("/payments/<uuid:payment_id>/invoice.pdf")
@needs("billing.view")
def of_payment(payment_id: UUID) -> Response:
    return file_of_payment(services(), payment_id)


@views.post("/payments/<uuid:payment_id>/invoice/send")
@needs("billing.edit")
def send(payment_id: UUID) -> AnyResponse:
    """Send the invoice, issued now if it was not; a second click sends no second mail."""
    try:
        sent = services().billing.send_invoice(payment_id, key=request.form.get("key", ""))
        flash(_("Invoice %(number)s is on its way to the customer.", number=sent.number), "success")
    except Conflict as failure:
        flash(said(failure), "error")
    return redirect(f"/payments/{payment_id}", 303)
