"""Payments as a file: a batch at a time, each in a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_precision

from kernel.contracts.events import PaymentsExported
from kernel.contracts.payments import PaymentsNarrowed
from kernel.database import UnitOfWork
from kernel.spreadsheets import BOM, Units, defused, written
from services.billing.queries.payments import cursor_of, rows_of

BATCH = 1000


def note_export(uow: UnitOfWork, asked: PaymentsNarrowed) -> None:
    """Say who takes which payments along, before the first leaves. Raises Invalid."""
    rows_of(uow, asked, beside=None, most=1)
    narrowed = {name: str(value) for name, value in asked.model_dump(exclude_defaults=True).items()}
    uow.publish(PaymentsExported(narrowed=narrowed))


def pieces_of(units: Units, asked: PaymentsNarrowed) -> Iterator[bytes]:
    """Give the file piece by piece, the newest payment first; a slow reader holds no transaction open."""
    yield (BOM + written([list(COLUMNS)], ",")).encode()
    beside = None
    while True:
        with units() as uow:
            batch = rows_of(uow, asked, beside=beside, most=BATCH)
        if not batch:
            return
        rows = ([defused(cell(row)) for cell in COLUMNS.values()] for row in batch)
        yield written(rows, ",").encode()
        beside = cursor_of(batch[-1])


def _decimal(row: Any, amount: int) -> str:
    return str(Decimal(amount).scaleb(-decimals_of(row.currency)))


@lru_cache(maxsize=256)
def decimals_of(currency: str) -> int:
    """Return how many decimals a currency has."""
    return get_currency_precision(currency)


def _time(at: datetime | None) -> str:
    return at.isoformat(sep=" ", timespec="seconds") if at else ""


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
    "created": lambda row: row.created_at.isoformat(sep=" ", timespec="seconds"),
    "due": lambda row: row.due_at.isoformat(sep=" ", timespec="seconds") if row.due_at else "",
    "completed": lambda row: (
        row.completed_at.isoformat(sep=" ", timespec="seconds") if row.completed_at else ""
    ),
}
