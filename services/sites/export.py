"""Sites as a file: a batch at a time, each in a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from kernel.batches import batches, narrowed_to
from kernel.contracts.events import SitesExported
from kernel.contracts.sites_list import SitesNarrowed
from kernel.database import UnitOfWork, Units
from kernel.spreadsheets import pieces_of, time_cell
from services.sites.queries.sites_list import cursor_of, rows_of
from services.sites.rows import host_of

BATCH = 1000


def note_export(uow: UnitOfWork, asked: SitesNarrowed) -> None:
    """Say who takes which sites along, before the first leaves. Raises Invalid."""
    rows_of(uow, asked, beside=None, most=1)
    uow.publish(SitesExported(narrowed=narrowed_to(asked)))


def file_of(units: Units, asked: SitesNarrowed) -> Iterator[bytes]:
    """Give the file piece by piece, the newest site first; a slow reader holds no transaction open."""
    return pieces_of(COLUMNS, batches(units, partial(_behind, asked)))


def _behind(asked: SitesNarrowed, uow: UnitOfWork, last: Any) -> Sequence[Any]:
    return rows_of(uow, asked, beside=cursor_of(last) if last is not None else None, most=BATCH)


COLUMNS: Mapping[str, Callable[[Any], str]] = {
    "name": lambda row: row.name,
    "title": lambda row: " ".join(row.title.split()),
    "host": lambda row: host_of(row, row.domain),
    "domains": lambda row: " ".join(sorted(row.domains or [])),
    "type": lambda row: row.type,
    "category": lambda row: row.category,
    "state": lambda row: row.state,
    "customer_id": lambda row: str(row.customer_id or ""),
    "created": lambda row: time_cell(row.created_at),
}
