"""Invoices and credit notes as a file: a batch at a time, each in a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping

from kernel.batches import batches, narrowed_to
from kernel.contracts.events import InvoicesExported
from kernel.contracts.invoices import InvoiceRow, InvoicesNarrowed
from kernel.contracts.money import Money
from kernel.database import UnitOfWork, Units
from kernel.spreadsheets import pieces_of, time_cell
from services.billing.amounts import as_decimal
from services.billing.queries.invoices import batch_after, listed

BATCH = 1000


def note_export(uow: UnitOfWork, asked: InvoicesNarrowed) -> None:
    """Say who takes which invoices along, before the first leaves. Raises Invalid."""
    batch_after(uow, asked, None, 1)
    uow.publish(InvoicesExported(narrowed=narrowed_to(asked)))


def file_of(units: Units, asked: InvoicesNarrowed) -> Iterator[bytes]:
    """Give the file piece by piece, the newest first; a slow reader holds no transaction open."""
    rows = batches(units, lambda uow, last: batch_after(uow, asked, last, BATCH))
    return pieces_of(COLUMNS, (map(listed, batch) for batch in rows))


def _decimal(money: Money) -> str:
    return str(as_decimal(money.amount, money.currency))


COLUMNS: Mapping[str, Callable[[InvoiceRow], str]] = {
    "number": lambda row: row.number,
    "kind": lambda row: row.kind,
    "state": lambda row: row.state or "",
    "issued": lambda row: time_cell(row.issued_at),
    "customer_id": lambda row: str(row.customer_id),
    "payment": lambda row: str(row.payment_number),
    "currency": lambda row: row.total.currency,
    "net": lambda row: _decimal(row.total - row.tax),
    "tax": lambda row: _decimal(row.tax),
    "total": lambda row: _decimal(row.total),
}
