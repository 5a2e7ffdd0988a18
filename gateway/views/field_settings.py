"""The custom fields of the network: added, changed, put in order, retired and deleted."""

from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import custom_fields
from gateway.auth import confirmed_by_customers, needs, services
from gateway.translation import gettext as _
from gateway.views.field_forms import BLANKS, Definition, edit_in_form, meanwhile, shown
from gateway.views.pages import page
from gateway.words import said, said_fields
from kernel.contracts.custom_fields import (
    CustomField,
    CustomFieldChange,
    CustomFieldEdit,
    CustomFieldsOrder,
    FieldKind,
    NewCustomField,
    Words,
)
from kernel.errors import BadRequest, Conflict, Failure, Invalid, NotFound

views = Blueprint("field_settings", __name__, url_prefix="/settings/fields")

PATH = "/settings/fields"


@views.get("")
@confirmed_by_customers
@needs("network.settings")
def fields() -> Response:
    """List them, with what each does."""
    found = services().customers.custom_fields().items
    return _page("custom_fields/list.html", fields=found, kinds=_kinds())


@views.post("/order")
@needs("network.settings")
def move() -> AnyResponse:
    """Move a field a place up or down."""
    field_id, _colon, way = request.form.get("move", "").partition(":")
    ids = [one.id for one in services().customers.custom_fields().items]
    place = next((place for place, one in enumerate(ids) if str(one) == field_id), None)
    if place is None or way not in {"up", "down"}:
        raise BadRequest
    there = max(place - 1, 0) if way == "up" else place + 1
    ids.insert(there, ids.pop(place))
    services().customers.order_fields(CustomFieldsOrder(ids=ids))
    return redirect(f"{PATH}#field-{field_id}", 303)


@views.get("/new")
@needs("network.settings")
def new() -> Response:
    """The form of a new field of the kind that the address names."""
    return _new_form(Definition(_kind(request.args), CustomFieldEdit(label=Words())))


@views.post("/new")
@needs("network.settings")
def define() -> AnyResponse:
    """Add the field; what was typed is still there when it cannot be added."""
    kind, key = _kind(request.form), request.form.get("key", "").strip()
    edit = edit_in_form(kind)
    if "more" in request.form:
        return _new_form(Definition(kind, edit, key, blanks=BLANKS + 5))
    try:
        services().customers.define_field(NewCustomField(**dict(edit), kind=kind, key=key))
    except (Invalid, Conflict) as failure:
        return _new_form(Definition(kind, edit, key, errors=_errors(failure)), status=failure.status)
    return _back(_("The field is added."))


@views.get("/<uuid:field_id>")
@confirmed_by_customers
@needs("network.settings")
def show(field_id: UUID) -> Response:
    """The form of a definition."""
    found = _field(field_id)
    return _edit_form(found, Definition(found.kind, found, found.key))


@views.post("/<uuid:field_id>")
@needs("network.settings")
def save(field_id: UUID) -> AnyResponse:
    """Save the definition."""
    found, version = _field(field_id), request.form.get("version", "")
    if not (version.isascii() and version.isdecimal()):
        raise BadRequest
    edit = edit_in_form(found.kind)
    if "more" in request.form:
        return _edit_form(found, Definition(found.kind, edit, found.key, blanks=BLANKS + 5), version=version)
    change = CustomFieldChange(field=edit, version=int(version[:18]))
    try:
        services().customers.change_field(field_id, change)
    except (Invalid, Conflict) as failure:
        return _form_again(field_id, edit, failure)
    return _back(_("The field is saved."))


@views.get("/<uuid:field_id>/delete")
@confirmed_by_customers
@needs("network.settings")
def confirm_delete(field_id: UUID) -> Response:
    """Say what goes with the field, and ask to type its key."""
    return _delete_form(field_id)


@views.post("/<uuid:field_id>/delete")
@needs("network.settings")
def delete(field_id: UUID) -> AnyResponse:
    """Delete the field and every value, once its key was typed."""
    found = _field(field_id)
    if request.form.get("key", "").strip() != found.key:
        return _delete_form(field_id, error=_("Type the key exactly as it stands above."), status=422)
    services().customers.delete_field(field_id)
    return _back(_("The field is deleted. Its values are being removed."))


def _kinds() -> list[tuple[FieldKind, str]]:
    return [(kind, _(words)) for kind, words in custom_fields.KINDS.items()]


def _kind(given: Mapping[str, str]) -> FieldKind:
    kind = given.get("kind", "text")
    if kind not in get_args(FieldKind):
        raise BadRequest
    return kind  # type: ignore[return-value]


def _field(field_id: UUID) -> CustomField:
    found = services().customers.custom_fields().items
    for one in found:
        if one.id == field_id:
            return one
    raise NotFound


def _errors(failure: Failure) -> dict[str, str]:
    return {"form": said(failure)} | said_fields(failure)


def _form_again(field_id: UUID, edit: CustomFieldEdit, failure: Failure) -> Response:
    """Show the form with what was typed, and beside it what somebody else has saved since."""
    found = _field(field_id)
    theirs = meanwhile(edit, found) if isinstance(failure, Conflict) else {}
    definition = Definition(found.kind, edit, found.key, errors=_errors(failure), meanwhile=theirs)
    # Whoever has been told of the other version and saves again means it.
    return _edit_form(found, definition, status=failure.status)


def _new_form(definition: Definition, *, status: int = 200) -> Response:
    return _page("custom_fields/new.html", status=status, **shown(definition))


def _edit_form(
    found: CustomField, definition: Definition, *, version: str = "", status: int = 200
) -> Response:
    more = {"field": found, "version": version or found.version}
    return _page("custom_fields/edit.html", status=status, **shown(definition), **more)


def _delete_form(field_id: UUID, *, error: str = "", status: int = 200) -> Response:
    found, use = _field(field_id), services().customers.use_of_field(field_id)
    return _page(
        "custom_fields/delete.html", status=status, field=found, customers=use.customers, error=error
    )


def _page(template: str, *, status: int = 200, **shown: Any) -> Response:
    return page(template, menu="settings", status=status, **shown)


def _back(words: str) -> AnyResponse:
    flash(words, "success")
    return redirect(PATH, 303)
