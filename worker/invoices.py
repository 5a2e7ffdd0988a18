"""Invoices as files, for mail: what billing says and whom customers names, put together and drawn."""

from uuid import UUID

from kernel.auth import Identity
from kernel.contracts.invoices import Printed
from kernel.database import Database
from kernel.invoice_pdf import render
from services.billing.queries import invoices
from services.customers.profiles.buyers import buyer_of


def drawn(billing: Database, customers: Database, network_id: UUID, invoice_id: UUID) -> bytes:
    """Return the PDF of an invoice, as it stands now. Raises NotFound while nobody knows its buyer."""
    worker = Identity.worker(network_id)
    with customers.unit_of_work(worker) as uow:
        buyer = buyer_of(uow, invoice_id)
    with billing.unit_of_work(worker) as uow:
        invoice = invoices.invoice(uow, invoice_id)
        logo = invoice.document.logo
        picture = invoices.picture(uow, logo) if logo else None
    return render(
        Printed(
            document=invoice.document,
            buyer=buyer,
            state=invoice.state,
            paid=invoice.paid,
            credited=invoice.credited,
            picture=picture,
        )
    )
