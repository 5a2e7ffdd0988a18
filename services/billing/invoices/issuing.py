"""How a document is numbered and written: without gaps, and unchanged from then on.

The number is taken with a lock that is held until the end of the transaction: after everything that the
transaction locks for the payment, and before the ledger's balances.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select

from kernel.contracts.events import InvoiceIssued
from kernel.contracts.invoices import InvoiceDocument, InvoiceKind, InvoiceLine
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.invoices.documents import tax_shares
from services.billing.models import Invoice, Payment
from services.billing.models.payments import OPEN
from services.billing.networks import time_zone
from services.billing.numbers import hold_numbers, next_number
from services.billing.settings import logo_of, rules_of, seller_of

DIGITS = 5


def issue(
    uow: UnitOfWork,
    payment: Payment,
    kind: InvoiceKind,
    lines: Sequence[InvoiceLine],
    *,
    credits_back: Invoice | None = None,
    refund_id: UUID | None = None,
) -> Invoice:
    """Number and write a document about a payment, which is locked; ``credits_back`` is what it takes back.

    It is the customer's whose invoice it credits, whoever has the payment by now.
    """
    year = _year(uow)
    sequence = next_number(uow, _series(kind, year))
    number = f"{prefix_of(uow, kind)}{year}-{sequence:0{DIGITS}d}"
    document = _document(uow, payment, lines, kind=kind, number=number, credits_back=credits_back)
    invoice = Invoice(
        id=new_id(),
        kind=kind,
        year=year,
        sequence=sequence,
        number=number,
        customer_id=credits_back.customer_id if credits_back else payment.customer_id,
        payment_id=payment.id,
        refund_id=refund_id,
        credits_id=credits_back.id if credits_back else None,
        issued_at=uow.now,
        currency=payment.currency,
        total=document.total.amount,
        tax=document.tax.amount,
        document=document.model_dump(mode="json"),
    )
    uow.add(invoice)
    uow.session.flush()
    uow.publish(_told(invoice, document))
    return invoice


def hold_series(uow: UnitOfWork, kind: InvoiceKind) -> None:
    """Take the lock of a number before the ledger's, for who books first and issues afterwards."""
    hold_numbers(uow, _series(kind, _year(uow)))


def prefix_of(uow: UnitOfWork, kind: InvoiceKind) -> str:
    """Return what the numbers of a series begin with now."""
    rules = rules_of(uow)
    return rules.invoice_prefix if kind == "invoice" else rules.credit_note_prefix


def find(uow: UnitOfWork, *where: ColumnElement[bool]) -> Invoice | None:
    """Return the one document that it is true of, if there is one."""
    return uow.session.scalar(select(Invoice).where(*where))


def invoice_of(uow: UnitOfWork, payment_id: UUID) -> Invoice | None:
    """Return the payment's invoice, if it has been issued."""
    return find(uow, Invoice.payment_id == payment_id, Invoice.kind == "invoice", Invoice.refund_id.is_(None))


def _year(uow: UnitOfWork) -> int:
    return uow.now.astimezone(time_zone(uow)).year


def _series(kind: InvoiceKind, year: int) -> str:
    return f"{kind}:{year}"


def _document(
    uow: UnitOfWork,
    payment: Payment,
    lines: Sequence[InvoiceLine],
    *,
    kind: InvoiceKind,
    number: str,
    credits_back: Invoice | None,
) -> InvoiceDocument:
    tax = sum(line.tax.amount for line in lines)
    total = sum(line.total.amount for line in lines)
    return InvoiceDocument(
        kind=kind,
        number=number,
        issued_on=uow.now.astimezone(time_zone(uow)).date(),
        due_on=None if credits_back else _due_on(uow, payment),
        payment_number=payment.number,
        credits=credits_back.number if credits_back else "",
        seller=seller_of(uow),
        logo=logo_of(uow),
        footer=rules_of(uow).invoice_footer,
        lines=list(lines),
        taxes=tax_shares(lines, payment.currency),
        net=payment.money(total - tax),
        tax=payment.money(tax),
        total=payment.money(total),
    )


def _due_on(uow: UnitOfWork, payment: Payment) -> date | None:
    """Return the last day to pay; what is paid already has none."""
    if payment.due_at is None or payment.status not in OPEN:
        return None
    return payment.due_at.astimezone(time_zone(uow)).date()


def _told(invoice: Invoice, document: InvoiceDocument) -> InvoiceIssued:
    return InvoiceIssued(
        invoice_id=invoice.id,
        kind=invoice.kind,
        number=invoice.number,
        customer_id=invoice.customer_id,
        payment_id=invoice.payment_id,
        refund_id=invoice.refund_id,
        credits_id=invoice.credits_id,
        total=invoice.money,
        issued_on=document.issued_on,
    )
