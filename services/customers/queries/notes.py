"""Reading notes: of one customer, newest first."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, literal_column, select, tuple_

from kernel.contracts import notes as contracts
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.prepared import Prepared
from services.customers.models import Account, ApiKey, Note
from services.customers.profiles.names import display_name

NOTES = 20

BASE = (
    select(
        Note.id,
        Note.customer_id,
        Note.author,
        Note.author_id,
        Note.text,
        Note.created_at,
        Note.modified_at,
        Note.version,
        Account.first_name,
        Account.last_name,
        Account.username,
        ApiKey.name.label("key_name"),
    )
    .select_from(Note)
    .outerjoin(Account, (Account.network_id == Note.network_id) & (Account.id == Note.author_id))
    .outerjoin(ApiKey, (ApiKey.network_id == Note.network_id) & (ApiKey.id == Note.author_id))
    .where(Note.customer_id == bindparam("customer_id"))
)
ONE = Prepared(BASE.where(Note.id == bindparam("note_id")))


def notes(
    uow: UnitOfWork, customer_id: UUID, *, after: str | None = None, limit: int = NOTES
) -> contracts.Notes:
    """Return a customer's notes, newest first; one statement. Raises CursorNotValid."""
    beside = TimeCursor.read(after, of="notes", field="after") if after else None
    values: dict[str, object] = {"customer_id": customer_id}
    if beside is not None:
        values |= {"beside_at": beside.value, "beside_id": beside.id}
    found = _page(beside is not None, limit + 1).all(uow, **values)
    shown = [_note_of(row) for row in found[:limit]]
    return contracts.Notes(items=shown, after=_after(shown[-1]) if len(found) > limit else None)


def note(uow: UnitOfWork, customer_id: UUID, note_id: UUID) -> contracts.Note:
    """Return one note of the customer. Raises NotFound."""
    found = ONE.one_or_none(uow, customer_id=customer_id, note_id=note_id)
    if found is None:
        raise NotFound(Note.missing)
    return _note_of(found)


@cache
def _page(is_beside: bool, most: int) -> Prepared:
    found = BASE
    if is_beside:
        there = tuple_(
            bindparam("beside_at", type_=Note.created_at.type), bindparam("beside_id", type_=Note.id.type)
        )
        found = found.where(tuple_(Note.created_at, Note.id) < there)
    newest_first = found.order_by(Note.created_at.desc(), Note.id.desc())
    return Prepared(newest_first.limit(literal_column(str(most))))


def _note_of(row: Row[Any]) -> contracts.Note:
    name = display_name(row.first_name or "", row.last_name or "", username=row.username or "")
    return contracts.Note(
        id=row.id,
        customer_id=row.customer_id,
        author=row.author,
        author_id=row.author_id,
        author_name=name or row.key_name or "",
        text=row.text,
        created_at=row.created_at,
        modified_at=row.modified_at,
        version=row.version,
    )


def _after(last: contracts.Note) -> str:
    return TimeCursor(list="notes", value=last.created_at, id=last.id).written()
