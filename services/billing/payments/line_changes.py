"""Change what a payment asks for, while nobody has paid it: its lines, one at a time."""

from collections.abc import Callable
from uuid import UUID

from kernel.contracts.events import PaymentLinesChanged
from kernel.contracts.payments import LineOrder
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, NotFound
from services.billing.books.ledger import book_owed
from services.billing.invoices.issuing import invoice_of
from services.billing.locks import lock_payment
from services.billing.models import Payment, PaymentLine
from services.billing.payments.ordered_lines import lines_of
from services.billing.payments.under_way import require_none_under_way


class LinesFixed(Conflict):
    """The payment is not pending, or was invoiced, so what it asks for is what it is."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the payment since the caller looked at it."""


def add_line(uow: UnitOfWork, payment_id: UUID, order: LineOrder, *, seen: int | None = None) -> Payment:
    """Ask for something more. Raises LinesFixed, ChangedMeanwhile, ChargeUnderWay, LineIncomplete."""

    def add(payment: Payment) -> None:
        (line,) = lines_of(uow, [order], currency=payment.currency)
        line.position = max((each.position for each in payment.lines), default=0) + 1
        payment.lines.append(line)

    return _change(uow, payment_id, seen, add)


def change_line(
    uow: UnitOfWork, payment_id: UUID, line_id: UUID, order: LineOrder, *, seen: int | None = None
) -> Payment:
    """Let a line say something else. Raises as ``add_line`` does, and NotFound."""

    def change(payment: Payment) -> None:
        line = _line(payment, line_id)
        (wanted,) = lines_of(uow, [order], currency=payment.currency)
        line.description, line.quantity, line.unit = wanted.description, wanted.quantity, wanted.unit
        line.discount, line.tax, line.total = wanted.discount, wanted.tax, wanted.total
        line.tax_percent, line.product_id, line.kind = wanted.tax_percent, wanted.product_id, wanted.kind

    return _change(uow, payment_id, seen, change)


def remove_line(uow: UnitOfWork, payment_id: UUID, line_id: UUID, *, seen: int | None = None) -> Payment:
    """Ask for a line no more; the last one stays. Raises as ``add_line`` does, and NotFound."""

    def remove(payment: Payment) -> None:
        line = _line(payment, line_id)
        if len(payment.lines) == 1:
            raise LinesFixed(N_("This is the only line: cancel the payment instead."))
        payment.lines.remove(line)
        uow.session.delete(line)

    return _change(uow, payment_id, seen, remove)


def require_lines_open(payment: Payment) -> None:
    """Raise LinesFixed, with why, unless the lines may change."""
    if payment.status != "pending":
        raise LinesFixed(N_("Lines can be changed only while the payment is pending."))


def _change(
    uow: UnitOfWork, payment_id: UUID, seen: int | None, change: Callable[[Payment], None]
) -> Payment:
    payment = lock_payment(uow, payment_id)
    require_none_under_way(uow, payment)
    require_lines_open(payment)
    if invoice_of(uow, payment.id) is not None:
        raise LinesFixed(
            N_("An invoice was issued. Cancel the payment, which credits it, and make another payment.")
        )
    if seen is not None and seen != payment.version:
        raise ChangedMeanwhile(N_("Somebody else changed this payment. Look at it again first."))
    before = payment.total
    change(payment)
    payment.add_up()
    payment.version, payment.modified_at = payment.version + 1, uow.now
    book_owed(uow, payment, payment.total - before, step=f"lines:{payment.version}")
    uow.publish(
        PaymentLinesChanged(
            payment_id=payment.id,
            customer_id=payment.customer_id,
            number=payment.number,
            before=payment.money(before),
            total=payment.money(payment.total),
        )
    )
    return payment


def _line(payment: Payment, line_id: UUID) -> PaymentLine:
    for line in payment.lines:
        if line.id == line_id:
            return line
    raise NotFound(N_("There is no such line."))
