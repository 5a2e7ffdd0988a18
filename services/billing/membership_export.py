"""Memberships as a file: a batch at a time, each in a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from babel.numbers import get_currency_precision

from kernel.contracts.events import MembershipsExported
from kernel.contracts.memberships import MembershipListRow, MembershipsNarrowed
from kernel.database import UnitOfWork
from kernel.spreadsheets import BOM, Units, defused, written
from services.billing.queries.memberships_list import batch_after, listed

BATCH = 1000


def note_export(uow: UnitOfWork, asked: MembershipsNarrowed) -> None:
    """Say who takes which memberships along, before the first leaves. Raises Invalid."""
    batch_after(uow, asked, None, 1)
    narrowed = {name: str(value) for name, value in asked.model_dump(exclude_defaults=True).items()}
    uow.publish(MembershipsExported(narrowed=narrowed))


def pieces_of(units: Units, asked: MembershipsNarrowed) -> Iterator[bytes]:
    """Give the file piece by piece, the newest first; a slow reader holds no transaction open."""
    yield (BOM + written([list(COLUMNS)], ",")).encode()
    last = None
    while True:
        with units() as uow:
            batch = batch_after(uow, asked, last, BATCH)
        if not batch:
            return
        rows = ([defused(cell(row)) for cell in COLUMNS.values()] for row in map(listed, batch))
        yield written(rows, ",").encode()
        last = batch[-1]


def _price(row: MembershipListRow) -> str:
    return str(Decimal(row.price.amount).scaleb(-get_currency_precision(row.price.currency)))


def _time(at: datetime | None) -> str:
    return at.isoformat(sep=" ", timespec="seconds") if at else ""


COLUMNS: Mapping[str, Callable[[MembershipListRow], str]] = {
    "number": lambda row: str(row.number),
    "status": lambda row: row.status,
    "customer_id": lambda row: str(row.customer_id),
    "product": lambda row: row.product,
    "currency": lambda row: row.price.currency,
    "price": _price,
    "period": lambda row: f"{row.period.length} {row.period.unit}" if row.period else "",
    "renews": lambda row: "yes" if row.auto_renew and row.cancels_at is None else "no",
    "gateway": lambda row: row.gateway,
    "created": lambda row: _time(row.created_at),
    "started": lambda row: _time(row.started_at),
    "trial_ends": lambda row: _time(row.trial_ends_at),
    "expires": lambda row: _time(row.expires_at),
    "cancels": lambda row: _time(row.cancels_at),
}
