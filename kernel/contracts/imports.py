"""Files of customers: brought in piece by piece, looked at, checked, imported."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract

PIECE = 1024 * 1024
"""Bytes of a file that travel, and are kept, together."""

LARGEST_FILE = 64 * PIECE
"""Room for some 300,000 customers; a file that is larger can be divided."""

Phase = Literal["receiving", "choosing", "checking", "ready", "importing", "done", "stopped"]
Becomes = Literal["new", "changed", "unchanged", "refused"]


class NewImport(Contract):
    """``POST /v1/imports``: a file is coming."""

    name: Annotated[str, Field(min_length=1, max_length=200)]


class Columns(Contract):
    """``PUT /v1/imports/<id>/columns``: for each column of the file the field it holds, or nothing."""

    fields: Annotated[tuple[str, ...], Field(max_length=500)]


class Counts(Contract):
    """What became of the rows, or would."""

    registered: int
    changed: int
    unchanged: int
    rejected: int


class PreviewRow(Contract):
    """One of the first rows, and what would happen with it; a refusal is a sentence with its places."""

    line: int
    email: str
    name: str
    becomes: Becomes
    template: str
    params: dict[str, str]


class SampleColumn(Contract):
    """A column of a file whose header is not known: its name, what is in it, and the field chosen for it."""

    name: str
    sample: str
    field: str


class Import(Contract):
    """``GET /v1/imports/<id>``. In the phases ``checking`` and ``ready`` the counts say what would happen.

    ``position`` and ``size`` are bytes. ``columns`` are there when fields can be chosen for them.
    """

    id: UUID
    name: str
    phase: Phase
    format: str
    size: int
    position: int
    counts: Counts
    actor: str
    actor_name: str
    created_at: datetime
    finished_at: datetime | None
    is_kept: bool
    why: str
    preview: tuple[PreviewRow, ...] = ()
    columns: tuple[SampleColumn, ...] = ()


class ImportsList(Contract):
    """``GET /v1/imports``: the newest."""

    items: list[Import]


class ImportQuery(Contract):
    """``POST /api/v1/customers/imports?name=&check_only=``: the body is the file.

    With ``check_only`` nothing is imported before ``POST .../start``.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)] = "customers.csv"
    check_only: bool = False
