"""Memberships as a file: a batch at a time, each in a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping

from kernel.batches import batches, narrowed_to
from kernel.contracts.events import MembershipsExported
from kernel.contracts.memberships import MembershipListRow, MembershipsNarrowed
from kernel.database import UnitOfWork, Units
from kernel.spreadsheets import pieces_of, time_cell
from services.billing.amounts import as_decimal
from services.billing.queries.memberships_list import batch_after, listed

BATCH = 1000


def note_export(uow: UnitOfWork, asked: MembershipsNarrowed) -> None:
    """Say who takes which memberships along, before the first leaves. Raises Invalid."""
    batch_after(uow, asked, None, 1)
    uow.publish(MembershipsExported(narrowed=narrowed_to(asked)))


def file_of(units: Units, asked: MembershipsNarrowed) -> Iterator[bytes]:
    """Give the file piece by piece, the newest first; a slow reader holds no transaction open."""
    rows = batches(units, lambda uow, last: batch_after(uow, asked, last, BATCH))
    return pieces_of(COLUMNS, (map(listed, batch) for batch in rows))


def _price(row: MembershipListRow) -> str:
    return str(as_decimal(row.price.amount, row.price.currency))


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
    "created": lambda row: time_cell(row.created_at),
    "started": lambda row: time_cell(row.started_at),
    "trial_ends": lambda row: time_cell(row.trial_ends_at),
    "expires": lambda row: time_cell(row.expires_at),
    "cancels": lambda row: time_cell(row.cancels_at),
}
