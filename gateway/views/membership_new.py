"""Make a membership by hand: whose, of which products, at which price, and from when."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from gateway import labels
from gateway.auth import needs, services
from gateway.gateway_choices import gateway_choices
from gateway.hosts import current_host
from gateway.translation import gettext as _
from gateway.typed_money import WRONG_AMOUNT, read_amount
from gateway.typed_times import read_time
from gateway.views.forms import errors_of
from gateway.views.pages import page
from gateway.views.product_rows import BLANK, Rows, choices, rows_sent
from kernel.contracts.customers import CustomersQuery
from kernel.contracts.memberships import NewMembership
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid
from kernel.ids import new_id

views = Blueprint("membership_new", __name__, url_prefix="/memberships/new")

FOUND = 10
NOT_MADE = N_("The membership is not added.")
SENTENCES = {
    "currency": N_("Write the three letters of a currency, like SEK."),
    "products": N_("Choose products, and write whole numbers of them."),
    "period": N_("Write a whole number."),
    "trial_days": N_("Write a whole number."),
    "amount": WRONG_AMOUNT,
    "expires_at": N_("Write a day and a time that exist."),
    "gateway": N_("Choose how it is paid."),
}
USUAL = {
    "length": "1", "unit": "month", "amount": "", "trial_days": "", "status": "pending", "expires_at": "",
    "is_lifetime": "", "auto_renew": "true", "asks": "true", "gateway": "manual",
}  # fmt: skip

Typed = Mapping[str, str]


@views.get("")
@needs("billing.edit")
def new() -> Response:
    """First whose; then the form with what is usual."""
    customer_id = _customer_id(request.args.get("customer", ""))
    if customer_id is None:
        q = request.args.get("q", "").strip()[:200]
        found = services().customers.list_customers(CustomersQuery(q=q, limit=FOUND)).items
        return page("memberships/choose.html", menu="memberships", q=q, customers=found)
    values = USUAL | {"currency": current_host().network.currency, "key": str(new_id())}
    return _form(customer_id, values, [BLANK])


@views.post("")
@needs("billing.edit")
def add() -> AnyResponse:
    """Make it, or give the form a row more or less; what was typed is still there either way."""
    customer_id = _customer_id(request.form.get("customer", ""))
    if customer_id is None:
        raise BadRequest
    do, _colon, place = request.form.get("do", "add").partition(":")
    values = {name: request.form.get(name, "").strip() for name in (*USUAL, "currency", "key")}
    rows = rows_sent(do, place)
    if do in {"more", "remove"}:
        return _form(customer_id, values, rows)
    try:
        made = services().billing.add_membership(_order(customer_id, values, rows), key=values["key"])
    except (Invalid, Conflict) as failure:
        # The key has been used up by the refusal.
        return _form(customer_id, values | {"key": str(new_id())}, rows, failure)
    flash(_("Membership %(number)s is added.", number=made.number), "success")
    return redirect(f"/memberships/{made.id}", 303)


def _order(customer_id: UUID, values: Typed, rows: Rows) -> NewMembership:
    """Return what was typed. Raises Invalid with every field that is wrong."""
    wrong: dict[str, str] = {}
    told: dict[str, Any] = {
        "customer_id": customer_id,
        "products": [{"product_id": product_id, "quantity": many} for product_id, many in rows],
        "currency": values["currency"].upper(),
        "period": {"length": values["length"], "unit": values["unit"]} if values["unit"] else None,
        "amount": _amount(values, wrong),
        "trial_days": values["trial_days"] or None,
        "expires_at": _time(values["expires_at"], wrong),
        "status": values["status"],
        "gateway": values["gateway"],
        **{name: values[name] == "true" for name in ("is_lifetime", "auto_renew", "asks")},
    }
    try:
        order = NewMembership.model_validate(told)
    except ValidationError as reason:
        named = {str(error["loc"][0]) for error in reason.errors()}
        if not named <= SENTENCES.keys():
            raise BadRequest from None
        wrong |= {name: SENTENCES[name] for name in named}
    if wrong:
        raise Invalid(NOT_MADE, fields=wrong)
    return order


def _amount(values: Typed, wrong: dict[str, str]) -> int | None:
    if not values["amount"]:
        return None
    currency = values["currency"].upper()
    amount = read_amount(values["amount"], currency) if len(currency) == 3 else None
    if amount is None or amount < 0:
        wrong["amount"] = SENTENCES["amount"]
        return None
    return amount


def _time(given: str, wrong: dict[str, str]) -> object:
    try:
        return read_time(given)
    except ValueError:
        wrong["expires_at"] = SENTENCES["expires_at"]
        return None


def _customer_id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


def _form(customer_id: UUID, values: Typed, rows: Rows, failure: Failure | None = None) -> Response:
    return page(
        "memberships/new.html",
        menu="memberships",
        status=failure.status if failure else 200,
        customer=services().customers.customer(customer_id),
        products=choices({}),
        rows=rows,
        values=values,
        errors=errors_of(failure),
        gateway_choices=[
            (name, labels.payment_gateway(name)) for name in gateway_choices(services(), "manual")
        ],
    )
