"""A customer's values of custom fields: one form, saved whole."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import custom_fields
from gateway.auth import confirmed_by_customers, needs, services
from gateway.translation import gettext as _
from gateway.views.list_place import placed
from gateway.views.pages import page
from gateway.words import said, said_fields
from kernel.contracts.custom_fields import FieldValue, FieldValuesChange
from kernel.contracts.customers import Customer
from kernel.errors import BadRequest, Conflict, Failure, Invalid

views = Blueprint("custom_fields", __name__, url_prefix="/customers/<uuid:customer_id>/fields")

Typed = Mapping[str, str | list[str]]


@views.get("")
@confirmed_by_customers
@needs("customers.edit")
def edit(customer_id: UUID) -> Response:
    """The form with the values there are."""
    found = services().customers.customer(customer_id)
    return _form(found, _stored(found))


@views.post("")
@needs("customers.edit")
def save(customer_id: UUID) -> AnyResponse:
    """Save them all; what was typed is still there when they cannot be saved."""
    found = services().customers.customer(customer_id)
    change = FieldValuesChange(values=_read(found), seen=[_seen()])
    try:
        services().customers.change_values(customer_id, change)
    except (Invalid, Conflict) as failure:
        return _form_again(customer_id, failure)
    flash(_("The custom fields are saved."), "success")
    return redirect(placed(f"/customers/{customer_id}") + "#panel-custom-fields", 303)


def _seen() -> int:
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdecimal()):
        raise BadRequest
    return int(version[:18])


def _read(found: Customer) -> dict[str, FieldValue | None]:
    return {field.key: custom_fields.read(field, request.form) for field in found.custom_fields}


def _stored(found: Customer) -> Typed:
    return {
        field.key: custom_fields.typed(field, found.custom.get(field.key)) for field in found.custom_fields
    }


def _typed(found: Customer) -> Typed:
    given = request.form
    return {
        field.key: given.getlist(custom_fields.INPUT + field.key)
        if field.kind == "choices"
        else given.get(custom_fields.INPUT + field.key, "")
        for field in found.custom_fields
    }


def _form_again(customer_id: UUID, failure: Failure) -> Response:
    """Show the form with what was typed, and beside it what somebody else has saved since."""
    found = services().customers.customer(customer_id)
    typed, stored, meanwhile = _typed(found), _stored(found), {}
    if isinstance(failure, Conflict):
        for field in found.custom_fields:
            if typed[field.key] != stored[field.key]:
                one = custom_fields.shown(field, found.custom.get(field.key))
                meanwhile[field.key] = one.text or _("Not given")
    # Whoever has been told of the other version and saves again means it.
    errors = {"form": said(failure)} | said_fields(failure)
    return _form(found, typed, errors=errors, meanwhile=meanwhile, status=failure.status)


def _form(
    found: Customer,
    typed: Typed,
    *,
    errors: Mapping[str, str] | None = None,
    meanwhile: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return page(
        "custom_fields/values.html",
        menu="customers",
        status=status,
        customer=found,
        typed=typed,
        errors=errors or {},
        meanwhile=meanwhile or {},
        input=custom_fields.INPUT,
    )
