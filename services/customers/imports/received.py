"""A file that somebody brings in: its pieces, what its header says, and which column holds what."""

from collections.abc import Iterator, Sequence
from io import BytesIO, TextIOWrapper
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.bulk import EXPORT_COLUMNS
from kernel.contracts.imports import LARGEST_FILE, PIECE
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Filled, Invalid, TooLarge
from kernel.ids import new_id
from services.customers import audit
from services.customers.custom_fields.of_customers import active_fields, column_of
from services.customers.imports.fields import format_for
from services.customers.imports.files import CsvFile, FileNotReadable, encoding_of
from services.customers.imports.formats import FormatNotKnown
from services.customers.imports.guesses import guessed
from services.customers.models import ImportFile, ImportPiece

KIND = "import"
CHOOSABLE = tuple(name for name in EXPORT_COLUMNS if name != "number")
"""The fields that a column can hold; numbers are given by us."""


class ColumnsNotValid(Invalid):
    """The columns chosen make no customer."""


class NotNow(Conflict):
    """The import is in a phase in which this cannot be done."""


def receive(uow: UnitOfWork, name: str) -> ImportFile:
    """Begin to take a file in. It is no work for anybody before it is whole."""
    asking = uow.identity
    made = ImportFile(
        id=new_id(),
        name=name,
        state="done",
        actor=asking.actor,
        account_id=asking.account_id,
        key_id=asking.key_id,
        epoch=asking.epoch,
        created_at=uow.now,
    )
    uow.add(made)
    return made


def take_piece(uow: UnitOfWork, import_id: UUID, place: int, content: bytes) -> None:
    """Keep a piece; the same one, sent twice, is kept once. Raises TooLarge, NotNow."""
    file = uow.get(ImportFile, import_id)
    _require(file, "receiving")
    if len(content) > PIECE or place * PIECE >= LARGEST_FILE:
        raise TooLarge(N_("The file is larger than %(most)s MB. Divide it."), most=LARGEST_FILE // PIECE)
    piece = insert(ImportPiece).values(
        network_id=uow.network_id, import_id=import_id, place=place, content=content
    )
    uow.session.execute(piece.on_conflict_do_nothing())


def received(uow: UnitOfWork, import_id: UUID) -> ImportFile:
    """Look at the whole file: have it checked, or ask for its columns when its header is not known.

    Raises FileNotReadable, after which the file is gone.
    """
    file = uow.get(ImportFile, import_id, lock=True)
    _require(file, "receiving")
    file.size = (
        uow.session.scalar(
            select(func.coalesce(func.sum(func.length(ImportPiece.content)), 0)).where(
                ImportPiece.import_id == import_id
            )
        )
        or 0
    )
    file.encoding = encoding_of(pieces_of(uow, import_id))
    if file.encoding != "utf-16" and b"\0" in (piece_at(uow, import_id, 0) or b""):
        raise FileNotReadable(
            N_("%(name)s is no text file. Save it as CSV in your spreadsheet program first."), name=file.name
        )
    file.header = beginning_of(uow, file).header
    if len(file.header) < 2 and "email" not in file.header:
        raise FileNotReadable(
            N_("%(name)s is no CSV file: its first line has only one column."), name=file.name
        )
    audit.note(uow, "import received", file.id, name=file.name, size=file.size)
    try:
        file.format = format_for(uow, file.header, ()).name
    except FormatNotKnown:
        file.phase, file.fields = "choosing", _fields_of_last_time(uow, file) or guessed(file.header)
    else:
        _check(uow, file)
    return file


def forget(uow: UnitOfWork, import_id: UUID) -> None:
    """Remove a file that cannot be read."""
    uow.session.delete(uow.get(ImportFile, import_id, lock=True))


def choose_columns(uow: UnitOfWork, import_id: UUID, fields: Sequence[str]) -> ImportFile:
    """Say what each column holds, and have the file checked. Raises ColumnsNotValid, NotNow."""
    file = uow.get(ImportFile, import_id, lock=True)
    _require(file, "choosing", "checking", "ready")
    if file.format:
        raise NotNow(N_("The columns of this file are known."))
    _refuse_wrong(fields, len(file.header), {*CHOOSABLE, *map(column_of, active_fields(uow))})
    file.fields = list(fields)
    _check(uow, file)
    return file


def pieces_of(uow: UnitOfWork, import_id: UUID) -> Iterator[bytes]:
    """Give the pieces in order, one of them in memory at a time."""
    place = 0
    while (piece := piece_at(uow, import_id, place)) is not None:
        yield piece
        place += 1


def piece_at(uow: UnitOfWork, import_id: UUID, place: int) -> bytes | None:
    """Return the piece at a place, None behind the last."""
    found = select(ImportPiece.content).where(ImportPiece.import_id == import_id, ImportPiece.place == place)
    return uow.session.scalar(found)


def beginning_of(uow: UnitOfWork, file: ImportFile) -> CsvFile:
    """Return the first piece as a file, whose last row may be cut. Raises FileNotReadable."""
    first = piece_at(uow, file.id, 0) or b""
    text = TextIOWrapper(BytesIO(first), encoding=file.encoding, errors="replace", newline="")
    return CsvFile(text, file.name)


def _check(uow: UnitOfWork, file: ImportFile) -> None:
    file.begin("checking", uow.now)
    uow.ring(KIND, file.id)


def _require(file: ImportFile, *phases: str) -> None:
    if file.phase not in phases:
        raise NotNow(N_("This cannot be done with the file any more. Open its page again."))


def _refuse_wrong(fields: Sequence[str], number: int, known: set[str]) -> None:
    if len(fields) != number or not set(fields) <= {"", *known}:
        raise ColumnsNotValid(N_("Say for each column what it holds."))
    wrong: dict[str, str] = {}
    if "email" not in fields:
        wrong["columns"] = N_("One column must hold the e-mail address: it tells customers apart.")
    for place, field in enumerate(fields):
        if field and field in fields[:place]:
            wrong[f"column-{place}"] = Filled(N_("Another column holds this already."))
    if wrong:
        raise ColumnsNotValid(N_("The columns do not fit together yet."), fields=wrong)


def _fields_of_last_time(uow: UnitOfWork, file: ImportFile) -> list[str]:
    """Return what was chosen when a file with the same header came last."""
    same = (ImportFile.header == file.header) & (ImportFile.id != file.id)
    chosen = (
        select(ImportFile.fields)
        .where(same, ImportFile.phase.notin_(("receiving", "choosing")))
        .order_by(ImportFile.created_at.desc())
        .limit(1)
    )
    return uow.session.scalar(chosen) or []
