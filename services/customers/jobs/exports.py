"""Exporting customers as CSV: a batch at a time, each in a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from babel.numbers import get_currency_precision

from kernel.batches import batches
from kernel.contracts.bulk import EXPORT_COLUMNS, FIGURES, ExportOrder
from kernel.contracts.custom_fields import CustomField
from kernel.contracts.money import Money
from kernel.database import UnitOfWork, Units
from kernel.errors import N_, Filled, Invalid
from kernel.spreadsheets import pieces_of
from services.customers import audit
from services.customers.custom_fields.of_customers import active_fields, column_of
from services.customers.custom_fields.values import text_of
from services.customers.queries.rows import spent_of
from services.customers.queries.selected import batch_after, count_of

DELIMITERS = {"comma": ",", "semicolon": ";"}

Cell = Callable[[Any], str]


class ColumnNotKnown(Invalid):
    """A column was asked for that an export does not have."""


def cells_of(order: ExportOrder, fields: Sequence[CustomField]) -> dict[str, Cell]:
    """Return what each column says of a row, in their order. Raises ColumnNotKnown.

    Without columns it is all that an import reads, the network's custom fields among it.
    """
    known = {**CELLS, **{column_of(field): _value(field) for field in fields}}
    usual = (*EXPORT_COLUMNS, *(column_of(field) for field in fields))
    wanted = tuple(dict.fromkeys(order.columns)) or usual
    for name in wanted:
        if name not in known:
            sentence = N_("There is no column “%(column)s”.")
            raise ColumnNotKnown(sentence, column=name, fields={"columns": Filled(sentence, column=name)})
    return {name: known[name] for name in wanted}


def note_export(uow: UnitOfWork, order: ExportOrder) -> int:
    """Write down who takes how many customers along, before the first leaves; return how many."""
    number, chosen = count_of(uow, order.selection), order.selection
    audit.note(
        uow,
        "customers exported",
        uow.network_id,
        number=number,
        columns=list(cells_of(order, active_fields(uow))),
        which={"ids": len(chosen.ids)} if chosen.ids else {"tab": chosen.tab, "q": chosen.q},
    )
    return number


def lines_of(units: Units, order: ExportOrder) -> Iterator[bytes]:
    """Give the file piece by piece: the header, then a thousand customers at a time, by number.

    A batch is a transaction, so that a slow reader holds none open. Numbers never change, so nobody
    is told of twice or left out, whoever is changed meanwhile.
    """
    with units() as uow:
        cells = cells_of(order, active_fields(uow))
    yield from pieces_of(cells, batches(units, partial(_behind, order)), DELIMITERS[order.delimiter])


def _behind(order: ExportOrder, uow: UnitOfWork, last: Any) -> Sequence[Any]:
    return batch_after(uow, order.selection, last.number if last is not None else 0)


def _time(at: datetime | None) -> str:
    return at.isoformat(sep=" ") if at else ""


def _spent(sums: tuple[Money, ...]) -> str:
    """Return e.g. ``120.50 SEK``, sums of several currencies divided by ``|``."""
    return "|".join(f"{_decimal(one)} {one.currency}" for one in sums)


def _decimal(money: Money) -> Decimal:
    return Decimal(money.amount).scaleb(-get_currency_precision(money.currency))


def _value(field: CustomField) -> Cell:
    return lambda row: text_of(field, row.custom.get(field.key))


def _text(attribute: str) -> Cell:
    return lambda row: str(getattr(row, attribute))


CELLS: Mapping[str, Cell] = {
    **{name: _text(name) for name in EXPORT_COLUMNS[:7]},
    "vip": lambda row: "yes" if row.is_vip else "no",
    "verification": _text("verification"),
    "billing_email": _text("billing_email"),
    **{
        name: _text(f"billing_{name}")
        for name in ("company", "line1", "line2", "postcode", "city", "state", "country", "vat_number")
    },
    "customer_since": lambda row: _time(row.created_at),
    "last_sign_in": lambda row: _time(row.last_sign_in_at),
    "memberships": _text("memberships"),
    "sites": _text("sites"),
    "spent": lambda row: _spent(spent_of(row.spent)),
}
"""What each column says of a row of ``batch_after``."""

if set(CELLS) != {*EXPORT_COLUMNS, *FIGURES}:
    raise TypeError("The columns of an export and of its contract differ.")
