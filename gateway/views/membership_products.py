"""Change what a membership consists of: the form, what it would cost and when, and the change itself."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.membership_acts import refusals
from gateway.translation import gettext as _
from gateway.typed_money import WRONG_AMOUNT, read_amount
from gateway.views.forms import errors_of
from gateway.views.pages import page
from gateway.views.product_rows import Rows, choices, rows_sent
from kernel.contracts.memberships import ChangeOrder, ChangePreview, Membership
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid
from kernel.ids import new_id

views = Blueprint("membership_products", __name__, url_prefix="/memberships/<uuid:membership_id>/products")

NOT_CHANGED = N_("Nothing is changed yet.")
WHOLE = N_("Write a whole number.")
USUAL = {
    "price": "recompute",
    "amount": "",
    "keeps_period": "true",
    "length": "1",
    "unit": "month",
    "when": "now",
}

Typed = dict[str, str]


@views.get("")
@needs("billing.edit")
def choose(membership_id: UUID) -> Response:
    """The form, with the products that there are."""
    found = services().billing.membership(membership_id)
    rows = [(str(item.product_id), str(item.quantity)) for item in found.items]
    return _form(found, rows, USUAL)


@views.post("")
@needs("billing.edit")
def change(membership_id: UUID) -> AnyResponse:
    """Add or take away a row, show what the change would do, or do it."""
    do, _colon, place = request.form.get("do", "preview").partition(":")
    typed = {name: request.form.get(name, "").strip() for name in (*USUAL, "version", "key")}
    rows = rows_sent(do, place)
    if do in {"more", "remove", "back"}:
        return _form(services().billing.membership(membership_id), rows, typed)
    try:
        order = _order(typed, rows)
        if do != "confirm":
            seen = services().billing.preview_change(membership_id, order)
            return _preview(services().billing.membership(membership_id), rows, typed, seen)
        made = services().billing.change_membership(membership_id, order, key=typed["key"])
    except (Invalid, Conflict) as failure:
        return _form(services().billing.membership(membership_id), rows, typed, failure)
    flash(_done(order), "success")
    if made.payment_id:
        return redirect(f"/payments/{made.payment_id}", 303)
    return redirect(f"/memberships/{membership_id}", 303)


def _done(order: ChangeOrder) -> str:
    return _("The change is scheduled.") if order.when == "period_end" else _("The membership is changed.")


def _order(typed: Typed, rows: Rows) -> ChangeOrder:
    """Return what was asked for. Raises Invalid with the fields, BadRequest."""
    wrong: dict[str, str] = {}
    keeps_period = typed["keeps_period"] == "true"
    told: dict[str, Any] = {
        "products": [{"product_id": product_id, "quantity": quantity} for product_id, quantity in rows],
        "price": "keep" if typed["price"] == "keep" else "recompute",
        "amount": _amount(typed, wrong) if typed["price"] == "amount" else None,
        "keeps_period": keeps_period,
        "period": None if keeps_period else _period(typed, wrong),
        "when": typed["when"],
        "seen": _seen(typed),
    }
    if not rows:
        wrong["products"] = N_("Choose at least one product.")
    if wrong:
        raise Invalid(NOT_CHANGED, fields=wrong)
    try:
        return ChangeOrder.model_validate(told)
    except ValidationError as reason:
        if any(error["loc"][0] != "products" for error in reason.errors()):
            raise BadRequest from None
        raise Invalid(NOT_CHANGED, fields={"products": WHOLE}) from None


def _amount(typed: Typed, wrong: dict[str, str]) -> int | None:
    currency = request.form.get("currency", "")
    amount = read_amount(typed["amount"], currency) if len(currency) == 3 else None
    if amount is None or amount < 0:
        wrong["amount"] = WRONG_AMOUNT
    return amount


def _period(typed: Typed, wrong: dict[str, str]) -> dict[str, object] | None:
    if not typed["unit"]:
        return None
    length = typed["length"]
    if not (length.isascii() and length.isdecimal() and len(length) < 6 and int(length)):
        wrong["length"] = WHOLE
        return None
    return {"length": int(length), "unit": typed["unit"]}


def _seen(typed: Typed) -> list[int]:
    version = typed["version"]
    if not (version.isascii() and version.isdecimal() and len(version) <= 18):
        raise BadRequest
    return [int(version)]


def _preview(found: Membership, rows: Rows, typed: Typed, seen: ChangePreview) -> Response:
    return page(
        "memberships/preview.html",
        menu="memberships",
        membership=found,
        rows=rows,
        values=typed | {"version": str(seen.version), "key": str(new_id())},
        seen=seen,
    )


def _form(found: Membership, rows: Rows, values: Typed, failure: Failure | None = None) -> Response:
    return page(
        "memberships/products.html",
        menu="memberships",
        status=failure.status if failure else 200,
        membership=found,
        rows=rows,
        products=choices({item.product_id: item.product for item in found.items}),
        values=values,
        errors=errors_of(failure),
        refusal=refusals(found)["change"],
    )
