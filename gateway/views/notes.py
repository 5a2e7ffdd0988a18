"""Notes about a customer: written in their box, changed and deleted on pages of their own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import confirmed_by_customers, needs, services
from gateway.panels.render import panels
from gateway.translation import gettext as _
from gateway.translation import ngettext
from gateway.views.list_place import placed
from gateway.views.pages import asked, fragment, page, wants_fragment
from gateway.words import said, said_fields
from kernel.contracts.notes import NoteEdit, NoteText
from kernel.errors import BadRequest, Conflict, Failure, Invalid

views = Blueprint("notes", __name__, url_prefix="/customers/<uuid:customer_id>/notes")


@views.post("")
@needs("customers.edit")
def add(customer_id: UUID) -> AnyResponse:
    """Write a note; what was typed is still there when it cannot be saved."""
    try:
        services().customers.add_note(customer_id, NoteText(text=_typed()))
    except Invalid as failure:
        return _write_again(customer_id, failure)
    words = _("The note is saved.")
    if wants_fragment():
        box = panels().one("notes", asked("customer", customer_id))
        return fragment("notes/added.html", box=box, words=words)
    return _back(customer_id, words)


@views.get("/<uuid:note_id>")
@confirmed_by_customers
@needs("customers.edit", "customers.delete")
def edit(customer_id: UUID, note_id: UUID) -> Response:
    """The form of one note."""
    found = services().customers.note(customer_id, note_id)
    return _form(customer_id, {"text": found.text, "version": found.version})


@views.post("/<uuid:note_id>")
@needs("customers.edit", "customers.delete")
def save(customer_id: UUID, note_id: UUID) -> AnyResponse:
    """Save the note."""
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdecimal()):
        raise BadRequest
    wanted = NoteEdit(text=_typed(), version=int(version[:18]))
    try:
        services().customers.edit_note(customer_id, note_id, wanted)
    except (Invalid, Conflict) as failure:
        return _form_again(customer_id, note_id, failure)
    return _back(customer_id, _("The note is saved."))


@views.get("/<uuid:note_id>/delete")
@confirmed_by_customers
@needs("customers.edit", "customers.delete")
def confirm_delete(customer_id: UUID, note_id: UUID) -> Response:
    """Ask once more, with the note in sight."""
    found = services().customers.note(customer_id, note_id)
    return _page("notes/delete.html", customer_id, note=found)


@views.post("/<uuid:note_id>/delete")
@needs("customers.edit", "customers.delete")
def delete(customer_id: UUID, note_id: UUID) -> AnyResponse:
    """Delete one note for good."""
    services().customers.delete_note(customer_id, note_id)
    return _back(customer_id, _("The note is deleted."))


@views.get("/delete")
@confirmed_by_customers
@needs("customers.delete")
def confirm_delete_all(customer_id: UUID) -> Response:
    """Ask once more before every note of this customer goes."""
    return _page("notes/delete_all.html", customer_id)


@views.post("/delete")
@needs("customers.delete")
def delete_all(customer_id: UUID) -> AnyResponse:
    """Delete every note of this customer for good."""
    deleted = services().customers.delete_notes(customer_id).deleted
    return _back(customer_id, ngettext("%(num)d note is deleted.", "%(num)d notes are deleted.", deleted))


def _typed() -> str:
    return request.form.get("text", "").replace("\r\n", "\n")


def _write_again(customer_id: UUID, failure: Failure) -> Response:
    shown: dict[str, Any] = {"values": {"text": _typed()}, "errors": said_fields(failure)}
    if wants_fragment():
        answer = fragment("notes/write_form.html", status=failure.status, customer_id=customer_id, **shown)
        answer.headers.update({"HX-Retarget": "#write-note", "HX-Reswap": "outerHTML"})
        return answer
    return _page("notes/write.html", customer_id, status=failure.status, **shown)


def _form_again(customer_id: UUID, note_id: UUID, failure: Failure) -> Response:
    """Show the form with what was typed, and beside it what somebody else has saved since."""
    found = services().customers.note(customer_id, note_id)
    meanwhile = {"text": found.text} if isinstance(failure, Conflict) else {}
    # Whoever has been told of the other version and saves again means it.
    values = {"text": _typed(), "version": found.version}
    errors = {"form": said(failure)} | said_fields(failure)
    return _form(customer_id, values, errors=errors, meanwhile=meanwhile, status=failure.status)


def _form(
    customer_id: UUID,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    meanwhile: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return _page(
        "notes/edit.html",
        customer_id,
        status=status,
        values=values,
        errors=errors or {},
        meanwhile=meanwhile or {},
    )


def _page(template: str, customer_id: UUID, *, status: int = 200, **shown: Any) -> Response:
    customer = services().customers.customer(customer_id)
    shown |= {"customer": customer, "customer_id": customer_id}
    return page(template, menu="customers", status=status, **shown)


def _back(customer_id: UUID, words: str) -> AnyResponse:
    flash(words, "success")
    return redirect(placed(f"/customers/{customer_id}") + "#panel-notes", 303)
