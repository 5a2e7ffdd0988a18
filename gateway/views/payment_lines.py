"""The lines of a pending payment: added, changed and removed, each on a form of its own."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.translation import gettext as _
from gateway.views.forms import errors_of
from gateway.views.line_forms import EMPTY, FIELDS, read_line, typed_line
from gateway.views.pages import page
from gateway.views.payment_new import on_sale
from kernel.contracts.payments import Payment
from kernel.errors import N_, Conflict, Failure, Invalid, NotFound
from kernel.ids import new_id

views = Blueprint("payment_lines", __name__, url_prefix="/payments/<uuid:payment_id>/lines")


@views.get("/new")
@needs("billing.edit")
def new(payment_id: UUID) -> Response:
    """An empty line."""
    return _form(services().billing.payment(payment_id), None, EMPTY)


@views.post("/new")
@needs("billing.edit")
def add(payment_id: UUID) -> AnyResponse:
    """Ask for something more."""
    found = services().billing.payment(payment_id)
    typed = _typed()
    try:
        line = read_line(typed, found.total.currency, seen=_seen())
        services().billing.add_line(payment_id, line, key=request.form.get("key", ""))
    except (Invalid, Conflict) as failure:
        return _form(services().billing.payment(payment_id), None, typed, failure)
    return _back(payment_id, _("The line is added."))


@views.get("/<uuid:line_id>")
@needs("billing.edit")
def edit(payment_id: UUID, line_id: UUID) -> Response:
    """A line as it is."""
    found = services().billing.payment(payment_id)
    line = next((one for one in found.lines if one.id == line_id), None)
    if line is None:
        raise NotFound(N_("There is no such line."))
    return _form(found, line_id, typed_line(line))


@views.post("/<uuid:line_id>")
@needs("billing.edit")
def change(payment_id: UUID, line_id: UUID) -> AnyResponse:
    """Let the line say something else."""
    found = services().billing.payment(payment_id)
    typed = _typed()
    try:
        line = read_line(typed, found.total.currency, seen=_seen())
        services().billing.change_line(payment_id, line_id, line)
    except (Invalid, Conflict) as failure:
        return _form(services().billing.payment(payment_id), line_id, typed, failure)
    return _back(payment_id, _("The line is changed."))


@views.post("/<uuid:line_id>/remove")
@needs("billing.edit")
def remove(payment_id: UUID, line_id: UUID) -> AnyResponse:
    """Ask for the line no more."""
    try:
        services().billing.remove_line(payment_id, line_id)
    except Conflict as failure:
        found = services().billing.payment(payment_id)
        line = next((one for one in found.lines if one.id == line_id), None)
        return _form(found, line_id, typed_line(line) if line else EMPTY, failure)
    return _back(payment_id, _("The line is removed."))


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in FIELDS}


def _seen() -> int | None:
    """Return the payment's version that the form showed."""
    given = request.form.get("seen", "")
    return int(given[:9]) if given.isascii() and given.isdecimal() else None


def _form(
    payment: Payment, line_id: UUID | None, values: Mapping[str, str], failure: Failure | None = None
) -> Response:
    errors = {name.rpartition(".")[2]: words for name, words in errors_of(failure).items()}
    return page(
        "payments/line.html",
        menu="payments",
        status=failure.status if failure else 200,
        payment=payment,
        line_id=line_id,
        values=values,
        product_choices=[("", _("None")), *((str(one.id), one.name) for one in on_sale())],
        errors=errors,
        key=new_id(),
    )


def _back(payment_id: UUID, words: str) -> AnyResponse:
    flash(words, "success")
    return redirect(f"/payments/{payment_id}#lines", 303)
