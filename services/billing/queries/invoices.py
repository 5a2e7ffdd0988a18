"""Invoices and credit notes for pages: a list, batches for a file, and one with all that it says."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from kernel.asked_ids import customers_in
from kernel.contracts import invoices as contracts
from kernel.contracts.money import Money
from kernel.cursors import Cursor, TimeCursor
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.billing.models import Invoice, Logo, Payment
from services.billing.models.payments import OPEN
from services.billing.queries.narrowing import days_between
from services.billing.queries.paging import Order

PAID = Payment.captured - func.least(Payment.disputed, Payment.captured)
LAST = "\U0010ffff"  # sorts behind whatever a number may go on with


def _place(row: Row[Any]) -> Cursor:
    return TimeCursor(list="invoices", value=row.Invoice.issued_at, id=row.Invoice.id)


NEWEST: Order[Row[Any]] = Order(
    "invoices",
    (Invoice.issued_at.expression, Invoice.id.expression),
    TimeCursor,
    _place,
    is_descending=True,
)


def invoices(
    uow: UnitOfWork, asked: contracts.InvoicesQuery, *, customer_id: UUID | None = None
) -> contracts.InvoiceList:
    """Return a page of what was issued, with a ``customer_id`` to him alone; one statement, two with days.

    Raises CursorNotValid, Invalid.
    """
    found = _rows().where(*_wanted(uow, asked))
    if customer_id is not None:
        found = found.where(Invoice.customer_id == customer_id)
    page = NEWEST.page(uow.session.execute(NEWEST.narrowed(found, asked)).all(), asked)
    return contracts.InvoiceList(
        items=[listed(row) for row in page.rows], before=page.before, after=page.after
    )


def batch_after(
    uow: UnitOfWork, asked: contracts.InvoicesNarrowed, after: Row[Any] | None, most: int
) -> Sequence[Row[Any]]:
    """Return the next rows of the list, newest first, after the one that was read last."""
    cursor = _place(after).written() if after is not None else None
    place = contracts.InvoicesQuery.model_validate(dict(asked) | {"after": cursor})
    narrowed = NEWEST.narrowed(_rows().where(*_wanted(uow, asked)), place)
    return uow.session.execute(narrowed.limit(most)).all()


def listed(row: Row[Any]) -> contracts.InvoiceRow:
    return contracts.InvoiceRow(**_facts(row))


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


def _wanted(uow: UnitOfWork, asked: contracts.InvoicesNarrowed) -> list[ColumnElement[bool]]:
    named = {"kind": asked.kind, "customer_id": asked.customer_id, "payment_id": asked.payment_id}
    wanted = [getattr(Invoice, name) == value for name, value in named.items() if value]
    begins, ends = days_between(uow, asked.since, asked.until)
    if begins:
        wanted.append(Invoice.issued_at >= begins)
    if ends:
        wanted.append(Invoice.issued_at < ends)
    return [*wanted, *_sought(asked), *_in_tab(asked.tab)]


def _sought(asked: contracts.InvoicesNarrowed) -> list[ColumnElement[bool]]:
    """Return that its number begins so, or that it was issued to one of the customers."""
    ways: list[ColumnElement[bool]] = []
    if begins := asked.q.strip().lower():
        ways.append(and_(Invoice.number_key >= begins, Invoice.number_key < begins + LAST))
    if asked.customers:
        ways.append(Invoice.customer_id.in_(customers_in(asked.customers)))
    return [or_(*ways)] if ways else []


def _in_tab(tab: contracts.InvoicesTab) -> list[ColumnElement[bool]]:
    """Return what a tab holds: the states as ``_state`` has them, each narrowed by what has an index."""
    if tab == "all":
        return []
    if tab == "credit_notes":
        return [Invoice.kind == "credit_note"]
    claim = Invoice.credits_id.is_(None)
    is_credited = _credited() >= Invoice.total
    if tab == "credited":
        return [claim, Invoice.payment_id.in_(_payments_with_credit()), is_credited]
    if tab == "paid":
        return [claim, Invoice.total <= PAID, ~is_credited]
    return [claim, Payment.status.in_((*OPEN, "disputed", "cancelled")), Invoice.total > PAID, ~is_credited]


def _payments_with_credit() -> Select[UUID]:
    note = aliased(Invoice)
    return select(note.payment_id).where(note.kind == "credit_note")


def _credited() -> ScalarSelect[int]:
    """Return what was credited of an invoice's payment in all."""
    other = aliased(Invoice)
    sign = case((other.kind == "credit_note", 1), else_=-1)
    return (
        select(func.coalesce(func.sum(other.total * sign), 0))
        .where(
            other.network_id == Invoice.network_id,
            other.payment_id == Invoice.payment_id,
            other.credits_id.is_not(None),
        )
        .correlate(Invoice)
        .scalar_subquery()
    )


def _rows() -> Select[*tuple[Any, ...]]:
    """Invoices with what their payment says of them, and what was credited of it in all."""
    return select(
        Invoice,
        Payment.number.label("payment_number"),
        PAID.label("paid"),
        _credited().label("credited"),
    ).join(Payment, (Payment.network_id == Invoice.network_id) & (Payment.id == Invoice.payment_id))


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
