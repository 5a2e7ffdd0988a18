"""Invoices and credit notes for pages: a list, and one with all that it says."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select, tuple_
from sqlalchemy.orm import aliased

from kernel.contracts import invoices as contracts
from kernel.contracts.money import Money
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.billing.models import Invoice, Logo, Payment

SHOWN = 50
LAST = "\U0010ffff"  # sorts behind whatever a number may go on with


def invoices(
    uow: UnitOfWork, asked: contracts.InvoicesQuery, *, customer_id: UUID | None = None
) -> contracts.InvoiceList:
    """Return a page of what was issued, with a ``customer_id`` to him alone. Raises CursorNotValid."""
    found = _rows().where(*_wanted(asked))
    if customer_id is not None:
        found = found.where(Invoice.customer_id == customer_id)
    if asked.after:
        beside = TimeCursor.read(asked.after, of="invoices", field="after")
        found = found.where(tuple_(Invoice.issued_at, Invoice.id) < tuple_(beside.value, beside.id))
    newest = found.order_by(Invoice.issued_at.desc(), Invoice.id.desc()).limit(SHOWN + 1)
    rows = uow.session.execute(newest).all()
    after = None
    if len(rows) > SHOWN:
        last = rows[SHOWN - 1].Invoice
        after = TimeCursor(list="invoices", value=last.issued_at, id=last.id).written()
    return contracts.InvoiceList(items=[_row(row) for row in rows[:SHOWN]], after=after)


def invoice(uow: UnitOfWork, invoice_id: UUID, *, customer_id: UUID | None = None) -> contracts.Invoice:
    """Return one; with a ``customer_id`` only if it was issued to him. Raises NotFound."""
    found = _rows().where(Invoice.id == invoice_id)
    if customer_id is not None:
        found = found.where(Invoice.customer_id == customer_id)
    row = uow.session.execute(found).one_or_none()
    if row is None:
        raise NotFound(Invoice.missing)
    return _whole(row)


def invoice_of_payment(uow: UnitOfWork, payment_id: UUID) -> contracts.Invoice:
    """Return the invoice of a payment. Raises NotFound, also while none has been issued."""
    found = _rows().where(
        Invoice.payment_id == payment_id, Invoice.kind == "invoice", Invoice.refund_id.is_(None)
    )
    row = uow.session.execute(found).one_or_none()
    if row is None:
        raise NotFound(Invoice.missing)
    return _whole(row)


def picture(uow: UnitOfWork, logo: str) -> contracts.Picture:
    """Return a logo by its id. Raises NotFound."""
    content = uow.session.scalar(select(Logo.content).where(Logo.id == logo))
    if content is None:
        raise NotFound(Logo.missing)
    return picture_with(content)


def picture_with(content: bytes) -> contracts.Picture:
    """Return the picture as it is told to another process."""
    return contracts.Picture(content=b64encode(content))


def _wanted(asked: contracts.InvoicesQuery) -> list[ColumnElement[bool]]:
    named = {"kind": asked.kind, "customer_id": asked.customer_id, "payment_id": asked.payment_id}
    wanted = [getattr(Invoice, name) == value for name, value in named.items() if value]
    if begins := asked.q.strip().lower():
        wanted.append(and_(Invoice.number_key >= begins, Invoice.number_key < begins + LAST))
    return wanted


def _rows() -> Select[*tuple[Any, ...]]:
    """Invoices with what their payment says of them, and what was credited of it in all."""
    other = aliased(Invoice)
    sign = case((other.kind == "credit_note", 1), else_=-1)
    credited = (
        select(func.coalesce(func.sum(other.total * sign), 0))
        .where(
            other.network_id == Invoice.network_id,
            other.payment_id == Invoice.payment_id,
            other.credits_id.is_not(None),
        )
        .correlate(Invoice)
        .scalar_subquery()
    )
    paid = Payment.captured - func.least(Payment.disputed, Payment.captured)
    return select(
        Invoice, Payment.number.label("payment_number"), paid.label("paid"), credited.label("credited")
    ).join(Payment, (Payment.network_id == Invoice.network_id) & (Payment.id == Invoice.payment_id))


def _row(row: Row[Any]) -> contracts.InvoiceRow:
    return contracts.InvoiceRow(**_facts(row))


def _whole(row: Row[Any]) -> contracts.Invoice:
    found: Invoice = row.Invoice
    return contracts.Invoice(
        **_facts(row),
        paid=Money(amount=row.paid, currency=found.currency),
        credited=Money(amount=int(row.credited), currency=found.currency),
        document=contracts.InvoiceDocument.model_validate(found.document),
    )


def _facts(row: Row[Any]) -> dict[str, Any]:
    found: Invoice = row.Invoice
    named = ("id", "kind", "number", "customer_id", "payment_id", "refund_id", "issued_at")
    return {name: getattr(found, name) for name in named} | {
        "payment_number": row.payment_number,
        "total": found.money,
        "tax": Money(amount=found.tax, currency=found.currency),
        "state": _state(found, row.paid, int(row.credited)),
    }


def _state(found: Invoice, paid: int, credited: int) -> contracts.InvoiceState | None:
    """Return what has become of a claim; what takes another document back is none."""
    if found.credits_id is not None:
        return None
    if credited >= found.total:
        return "credited"
    return "paid" if paid >= found.total else "unpaid"
