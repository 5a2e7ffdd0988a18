"""Invoices as files: what billing says and whom customers names, put together and drawn."""

from collections.abc import Callable
from uuid import UUID

from flask import Response

from kernel.clients import Bound
from kernel.contracts.invoices import Buyer, Invoice, Picture, Printed
from kernel.invoice_pdf import MEDIA_TYPE, file_name, render


def invoice_file(services: Bound, invoice_id: UUID) -> Response:
    """Return an invoice of the network as a download. Raises NotFound."""
    invoice = services.billing.invoice(invoice_id)
    return _drawn(invoice, services.customers.invoice_buyer(invoice.id), services.billing.picture)


def file_of_payment(services: Bound, payment_id: UUID) -> Response:
    """Return a payment's invoice as a download. Raises NotFound while none has been issued."""
    invoice = services.billing.invoice_of_payment(payment_id)
    return _drawn(invoice, services.customers.invoice_buyer(invoice.id), services.billing.picture)


def own_invoice_file(services: Bound, invoice_id: UUID) -> Response:
    """Return an invoice that was issued to the caller's own customer, and to nobody else."""
    invoice = services.billing.own_invoice(invoice_id)
    buyer = services.customers.own_invoice_buyer(invoice.id)
    return _drawn(invoice, buyer, services.billing.own_picture)


def _drawn(invoice: Invoice, buyer: Buyer, picture_of: Callable[[str], Picture]) -> Response:
    logo = invoice.document.logo
    printed = Printed(
        document=invoice.document,
        buyer=buyer,
        state=invoice.state,
        paid=invoice.paid,
        credited=invoice.credited,
        picture=picture_of(logo) if logo else None,
    )
    answer = Response(render(printed), content_type=MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(invoice.number)}"'
    # Paid or not may be another tomorrow, and it names a person.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
