"""The columns of custom fields in a file: ``field:`` and the key, as Atoll's own export writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kernel.contracts.custom_fields import COLUMN, CustomField, FieldValue
from kernel.database import UnitOfWork
from kernel.errors import N_, Invalid
from kernel.spreadsheets import as_typed
from services.customers.custom_fields.of_customers import active_fields, column_of
from services.customers.custom_fields.values import ValueNotValid, of_text
from services.customers.imports.formats import OWN, Cells, Format, Read, format_of
from services.customers.imports.records import Record, RowNotValid


class FieldColumnNotKnown(Invalid):
    """A column is of a custom field that the network does not have."""


def has_fields(header: Sequence[str]) -> bool:
    """Whether a file tells of custom fields."""
    return any(column.startswith(COLUMN) for column in header)


def reading_fields(read: Read, header: Sequence[str], fields: Sequence[CustomField]) -> Read:
    """Return what reads a row as ``read`` does, and the values of custom fields too.

    An empty cell says nothing, so that a required value may be missing: the next save on the page asks
    for it. Raises FieldColumnNotKnown.
    """
    named = _named(header, fields)

    def read_with_fields(cells: Cells) -> Record:
        return replace(read(cells), custom=_values(named, cells))

    return read_with_fields


def format_for(uow: UnitOfWork, header: Sequence[str], chosen: Sequence[str]) -> Format:
    """Return how a file with this header is read, where ``chosen`` says what each column holds: as ours.

    The columns of custom fields are read too. Raises FormatNotKnown, FieldColumnNotKnown.
    """
    known, columns = (OWN, chosen) if chosen else (format_of(header), header)
    if not has_fields(columns):
        return known
    return replace(known, read=reading_fields(known.read, columns, active_fields(uow)))


def _named(header: Sequence[str], fields: Sequence[CustomField]) -> Mapping[str, CustomField]:
    """Return the fields by their column."""
    known = {column_of(field): field for field in fields}
    for column in header:
        if column.startswith(COLUMN) and column not in known:
            sentence = N_("There is no custom field for the column %(column)s.")
            raise FieldColumnNotKnown(sentence, column=column)
    return {column: known[column] for column in header if column in known}


def _values(named: Mapping[str, CustomField], cells: Cells) -> dict[str, FieldValue]:
    values = {field.key: _value(column, field, cells[column]) for column, field in named.items()}
    return {key: value for key, value in values.items() if value is not None}


def _value(column: str, field: CustomField, cell: str) -> FieldValue | None:
    try:
        return of_text(field, as_typed(cell))
    except ValueNotValid as wrong:
        sentence = N_("%(column)s: %(reason)s")
        raise RowNotValid(sentence, column=column, reason=wrong.sentence) from wrong
