"""Bringing customers in from a file: sent, its columns chosen, looked at, and imported in the background."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.downloads import csv_file
from gateway.translation import gettext as _
from gateway.uploads import UPLOAD, pieces_of, takes_upload
from gateway.views.file_columns import file_columns
from gateway.views.pages import fragment, page, wants_fragment
from gateway.words import said, said_fields
from kernel import deadline
from kernel.contracts.imports import LARGEST_FILE, PIECE, Columns, Import
from kernel.errors import Conflict, Invalid, TooLarge

views = Blueprint("imports", __name__)

PATH = "/customers/import"
NAME_LENGTH = 200


@views.get(PATH)
@needs("customers.edit")
def choose_file() -> Response:
    """The form, and what was imported lately."""
    return _form(_too_large() if request.args.get("failed") == "too-large" else "")


@views.post(PATH)
@needs("customers.edit")
@takes_upload
def upload() -> AnyResponse:
    """Pass the file on, piece by piece."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _form(_("Choose a file first."))
    name = file.filename.replace("\\", "/").rpartition("/")[2][-NAME_LENGTH:] or "customers.csv"
    try:
        with deadline.afresh(UPLOAD):
            made = services().customers.receive_import(name, pieces_of(file.stream))
    except (Invalid, TooLarge) as wrong:
        return _form(said(wrong))
    return redirect(f"{PATH}/{made.id}", 303)


@views.get(f"{PATH}/<uuid:import_id>")
@needs("customers.edit")
def show(import_id: UUID) -> Response:
    """One file: its columns, its first rows, how far it is; the script asks again while it is worked on."""
    found = services().customers.look_at_import(import_id)
    if wants_fragment():
        return fragment("imports/progress.html", file=found)
    return _page(found)


@views.post(f"{PATH}/<uuid:import_id>/columns")
@needs("customers.edit")
def choose_columns(import_id: UUID) -> AnyResponse:
    """Say what each column holds."""
    chosen = tuple(request.form.getlist("field"))
    try:
        services().customers.choose_columns(import_id, Columns(fields=chosen))
    except Invalid as wrong:
        found = services().customers.look_at_import(import_id)
        typed = tuple(
            column.model_copy(update={"field": field})
            for column, field in zip(found.columns, chosen, strict=False)
        )
        return _page(
            found.model_copy(update={"columns": typed}), said_fields(wrong) or {"columns": said(wrong)}
        )
    return redirect(f"{PATH}/{import_id}", 303)


@views.post(f"{PATH}/<uuid:import_id>/start")
@needs("customers.edit")
def start(import_id: UUID) -> AnyResponse:
    """Import it."""
    return _done(import_id, services().customers.start_import, _("The import has started."))


@views.post(f"{PATH}/<uuid:import_id>/stop")
@needs("customers.edit")
def stop(import_id: UUID) -> AnyResponse:
    """End it where it is."""
    return _done(import_id, services().customers.stop_import, _("Stopped. What was imported stays."))


@views.get(f"{PATH}/<uuid:import_id>/rejects")
@needs("customers.edit")
def rejects(import_id: UUID) -> Response:
    """What was refused, with the reasons, as a file that can be mended and brought in again."""
    return csv_file(services().customers.rejects(import_id), f"rejects-{str(import_id)[:8]}.csv")


def _form(error: str = "") -> Response:
    return page(
        "imports/import.html",
        menu="customers",
        status=422 if error else 200,
        found=services().customers.list_imports(),
        most=LARGEST_FILE // PIECE,
        most_bytes=LARGEST_FILE,
        too_large=_too_large(),
        error=error,
    )


def _page(found: Import, errors: dict[str, str] | None = None) -> Response:
    status = 422 if errors else 200
    fields = file_columns() if found.columns else {}
    fields.pop("number", None)  # numbers are given by us
    return page(
        "imports/file.html", menu="customers", status=status, file=found, fields=fields, errors=errors or {}
    )


def _too_large() -> str:
    return _("The file is larger than %(most)s MB. Divide it.", most=LARGEST_FILE // PIECE)


def _done(import_id: UUID, act: Callable[[UUID], Import], words: str) -> AnyResponse:
    try:
        act(import_id)
    except Conflict as over:
        flash(said(over), "error")
    else:
        flash(words, "success")
    return redirect(f"{PATH}/{import_id}", 303)
