"""Payments as a file: a batch at a time, each in a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from kernel.batches import batches, narrowed_to
from kernel.contracts.events import PaymentsExported
from kernel.contracts.payments import PaymentsNarrowed
from kernel.database import UnitOfWork, Units
from kernel.spreadsheets import pieces_of, time_cell
from services.billing.amounts import as_decimal
from services.billing.queries.payments import cursor_of, rows_of

BATCH = 1000


def note_export(uow: UnitOfWork, asked: PaymentsNarrowed) -> None:
    """Say who takes which payments along, before the first leaves. Raises Invalid."""
    rows_of(uow, asked, beside=None, most=1)
    uow.publish(PaymentsExported(narrowed=narrowed_to(asked)))


def file_of(units: Units, asked: PaymentsNarrowed) -> Iterator[bytes]:
    """Give the file piece by piece, the newest payment first; a slow reader holds no transaction open."""
    return pieces_of(COLUMNS, batches(units, partial(_behind, asked)))


def _behind(asked: PaymentsNarrowed, uow: UnitOfWork, last: Any) -> Sequence[Any]:
    return rows_of(uow, asked, beside=cursor_of(last) if last is not None else None, most=BATCH)


def _decimal(row: Any, amount: int) -> str:
    return str(as_decimal(amount, row.currency))


COLUMNS: Mapping[str, Callable[[Any], str]] = {
    "number": lambda row: str(row.number),
    "status": lambda row: row.status,
    "kind": lambda row: row.kind,
    "customer_id": lambda row: str(row.customer_id),
    "currency": lambda row: row.currency,
    "total": lambda row: _decimal(row, row.total),
    "received": lambda row: _decimal(row, row.captured),
    "refunded": lambda row: _decimal(row, row.refunded),
    "spent": lambda row: _decimal(row, row.captured - row.refunded),
    "gateway": lambda row: row.gateway,
    "gateway_reference": lambda row: row.gateway_reference,
    "created": lambda row: time_cell(row.created_at),
    "due": lambda row: time_cell(row.due_at),
    "completed": lambda row: time_cell(row.completed_at),
}
