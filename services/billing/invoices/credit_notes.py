"""Take an invoice back, in part or as a whole: for money that went back, or that nobody is to pay."""

from uuid import UUID

from sqlalchemy import select

from kernel.contracts.invoices import InvoiceDocument, InvoiceLine
from kernel.database import UnitOfWork
from services.billing.invoices.documents import credited_lines, left_of
from services.billing.invoices.issuing import find, invoice_of, issue
from services.billing.models import Invoice, Payment, Refund


def issue_credit_note(uow: UnitOfWork, refund: Refund) -> Invoice | None:
    """Return the credit note of money that went back, issued now unless it was before.

    None when there is no invoice to credit. The refund's payment is locked.
    """
    uow.session.flush()
    known = find(uow, Invoice.refund_id == refund.id, Invoice.kind == "credit_note")
    invoice = invoice_of(uow, refund.payment_id)
    if known is not None or invoice is None:
        return known
    payment = uow.get(Payment, refund.payment_id)
    lines = _lines_for(uow, invoice, refund.amount)
    return issue(uow, payment, "credit_note", lines, credits_back=invoice, refund_id=refund.id)


def take_back_credit_note(uow: UnitOfWork, refund: Refund) -> Invoice | None:
    """Invoice anew what was credited for a refund whose money came again; None when nothing was."""
    uow.session.flush()
    known = find(uow, Invoice.refund_id == refund.id, Invoice.kind == "invoice")
    note = find(uow, Invoice.refund_id == refund.id, Invoice.kind == "credit_note")
    if known is not None or note is None:
        return known
    payment = uow.get(Payment, refund.payment_id)
    lines = InvoiceDocument.model_validate(note.document).lines
    return issue(uow, payment, "invoice", lines, credits_back=note, refund_id=refund.id)


def cancel_invoice(uow: UnitOfWork, payment: Payment) -> Invoice | None:
    """Take the invoice of a payment back that nobody is to pay any more; None when there is none.

    The payment is locked, and nothing was received for it. Safe to do twice.
    """
    uow.session.flush()
    invoice = invoice_of(uow, payment.id)
    known = find(
        uow, Invoice.payment_id == payment.id, Invoice.kind == "credit_note", Invoice.refund_id.is_(None)
    )
    if known is not None or invoice is None:
        return known
    lines = InvoiceDocument.model_validate(invoice.document).lines
    return issue(uow, payment, "credit_note", lines, credits_back=invoice)


def _lines_for(uow: UnitOfWork, invoice: Invoice, amount: int) -> list[InvoiceLine]:
    """Return the invoice's own lines when all of it is credited at once, else a part of each rate."""
    issued = _documents(uow, invoice.payment_id)
    left = left_of(issued)
    if amount == invoice.total == sum(net + tax for net, tax in left.values()):
        return InvoiceDocument.model_validate(invoice.document).lines
    return credited_lines(left, amount, invoice.currency)


def _documents(uow: UnitOfWork, payment_id: UUID) -> list[tuple[int, InvoiceDocument]]:
    """Return what was issued for the payment; invoices count as 1 and credit notes as -1."""
    issued = uow.session.scalars(select(Invoice).where(Invoice.payment_id == payment_id))
    return [
        (1 if one.kind == "invoice" else -1, InvoiceDocument.model_validate(one.document)) for one in issued
    ]
