"""The export of customers: its columns and their order, remembered per admin, and the file itself."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, request
from flask_babel import get_locale
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from gateway import labels
from gateway.auth import needs, services
from gateway.downloads import csv_file
from gateway.hosts import current_host
from gateway.translation import gettext as _
from gateway.views.file_columns import file_columns
from gateway.views.pages import page
from gateway.views.preferences import prefer, preference
from gateway.views.selections import count_of, selection_in
from kernel import clock
from kernel.contracts.bulk import FIGURES, ExportOrder, Selection
from kernel.errors import BadRequest, Failure

views = Blueprint("exports", __name__)

PATH = "/customers/export"
COLUMNS, DELIMITER = "customers.export.columns", "customers.export.delimiter"


@dataclass(frozen=True)
class Column:
    """A column that can be exported, and whether it is chosen."""

    name: str
    label: str
    is_chosen: bool


@views.get(PATH)
@needs("customers.view")
def choose() -> Response:
    """Choose what the file holds, of everybody in the filter that the address names."""
    return export_page(selection_in(MultiDict({**request.args, "which": "all"})))


@views.post(PATH)
@needs("customers.view")
def export() -> Response:
    """Move a column and show the form again, or send the file, as it is read."""
    chosen, ordered = selection_in(request.form), _ordered(request.form.getlist("order"))
    ticked = set(request.form.getlist("column"))
    if move := request.form.get("move"):
        return export_page(chosen, _moved(ordered, move), ticked)
    columns = tuple(name for name in ordered if name in ticked)
    if not columns:
        return export_page(chosen, ordered, ticked, error=_("Choose at least one column."))
    delimiter = request.form.get("delimiter", "")
    try:
        order = ExportOrder.model_validate({"selection": chosen, "columns": columns, "delimiter": delimiter})
    except ValidationError:
        raise BadRequest() from None
    pieces = services().customers.export_customers(order)
    with suppress(Failure):  # that it cannot be remembered is no reason to fail
        prefer({COLUMNS: ",".join(columns), DELIMITER: delimiter})
    return csv_file(pieces, f"customers-{current_host().network.slug}-{_today():%Y-%m-%d}.csv")


def export_page(
    selection: Selection,
    ordered: Sequence[str] | None = None,
    ticked: set[str] | None = None,
    *,
    error: str = "",
) -> Response:
    """Show the form: the columns of last time first, in their order, or what was just sent."""
    if ordered is None or ticked is None:
        last = preference(COLUMNS, ",".join(file_columns())).split(",")
        ordered, ticked = _ordered(last), set(last)
    named = _known_columns()
    return page(
        "bulk/export.html",
        menu="customers",
        status=422 if error else 200,
        selection=selection,
        count=count_of(selection),
        columns=[Column(name, named[name], name in ticked) for name in ordered],
        delimiter=request.form.get("delimiter") or preference(DELIMITER, _usual_delimiter()),
        error=error,
    )


def _ordered(first: Sequence[str]) -> list[str]:
    """Return every column there is, those named first, in their order."""
    known = _known_columns()
    return list(dict.fromkeys([*(name for name in first if name in known), *known]))


def _known_columns() -> dict[str, str]:
    return file_columns() | {name: labels.column(name) for name in FIGURES}


def _moved(ordered: list[str], move: str) -> list[str]:
    """Return the columns with one of them a place up or down: ``email:up``."""
    name, _colon, way = move.rpartition(":")
    if name not in ordered or way not in {"up", "down"}:
        raise BadRequest()
    place = ordered.index(name)
    there = max(0, place - 1) if way == "up" else place + 1
    rest = [other for other in ordered if other != name]
    return [*rest[:there], name, *rest[there:]]


def _usual_delimiter() -> str:
    """Return what spreadsheet programs expect where the decimal sign is a comma, as in Sweden, or is not."""
    return "semicolon" if str(get_locale()) == "sv" else "comma"


def _today() -> date:
    return clock.now().date()
