"""Issue the invoice of a payment, and have it sent.

It is issued when it is first sent, or when its money came, whichever is first: until then a payment may
still become another one. An invoice that was issued is taken back by a credit note, never changed (ADR 27).
"""

from datetime import timedelta
from uuid import UUID

from kernel.contracts.events import InvoiceSent
from kernel.contracts.invoices import InvoiceDocument
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.invoices.credit_notes import issue_credit_note
from services.billing.invoices.documents import lines_of
from services.billing.invoices.issuing import invoice_of, issue
from services.billing.models import Invoice, Payment
from services.billing.models.payments import OPEN
from services.billing.networks import time_zone
from services.billing.settings import rules_of


class NothingToInvoice(Conflict):
    """The payment asks for no money, or for none any more."""


def issue_invoice(uow: UnitOfWork, payment: Payment) -> Invoice | None:
    """Return the payment's invoice, issued now unless it was before; None of a payment of nothing.

    The payment is locked. What was given back before there was an invoice is credited with it.
    """
    uow.session.flush()
    known = invoice_of(uow, payment.id)
    if known is not None or payment.total == 0:
        return known
    invoice = issue(uow, payment, "invoice", lines_of(payment, time_zone(uow)))
    for refund in payment.refunds:
        if refund.status == "succeeded":
            issue_credit_note(uow, refund)
    return invoice


def send_invoice(uow: UnitOfWork, payment_id: UUID) -> Invoice:
    """Have the payment's invoice sent to its customer, and issued if it was not; raises NothingToInvoice."""
    payment = uow.get(Payment, payment_id, lock=True)
    invoice = invoice_of(uow, payment.id) or _first_issued(uow, payment)
    if invoice is None or payment.status == "cancelled":
        raise NothingToInvoice(N_("There is nothing to invoice: this payment asks for no money."))
    document = InvoiceDocument.model_validate(invoice.document)
    uow.publish(
        InvoiceSent(
            invoice_id=invoice.id,
            payment_id=payment.id,
            customer_id=invoice.customer_id,
            number=invoice.number,
            total=invoice.money,
            is_paid=payment.status not in OPEN,
            due_on=document.due_on,
        )
    )
    return invoice


def _first_issued(uow: UnitOfWork, payment: Payment) -> Invoice | None:
    """Issue what may be; whoever is asked for money is told until when."""
    if payment.status == "cancelled":
        return None
    if payment.status in OPEN and payment.due_at is None:
        payment.due_at = uow.now + timedelta(days=rules_of(uow).pay_within)
    return issue_invoice(uow, payment)
