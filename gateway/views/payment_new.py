"""Ask a customer for money by hand: whom, what for, and until when."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.hosts import current_host
from gateway.translation import gettext as _
from gateway.typed_money import read_amount
from gateway.views.forms import errors_of, read_form
from gateway.views.line_forms import AMOUNT, EMPTY, FIELDS, as_order, read_line
from gateway.views.pages import page
from kernel.contracts.customers import CustomersQuery
from kernel.contracts.payments import LineOrder, PaymentOrder
from kernel.contracts.products import ProductRow, ProductsQuery
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid
from kernel.ids import new_id

views = Blueprint("payment_new", __name__, url_prefix="/payments/new")

FOUND = 10
ROWS, MOST_ROWS = 3, 50
SENTENCES = {
    "currency": N_("Type the three letters of a currency, such as SEK."),
    "due_on": N_("Choose a day."),
    "membership_id": N_("Choose one of the customer's memberships."),
    "gateway": N_("Choose how it is paid."),
}


@views.get("")
@needs("billing.edit")
def new() -> Response:
    """First whom; then an empty form."""
    customer_id = _customer_id(request.args.get("customer", ""))
    if customer_id is None:
        return _choose()
    values = {"currency": current_host().network.currency, "key": str(new_id())}
    return _form(customer_id, values, [EMPTY] * ROWS)


@views.post("")
@needs("billing.edit")
def add() -> AnyResponse:
    """Ask for it, or give the form more lines; what was typed is still there either way."""
    customer_id = _customer_id(request.form.get("customer", ""))
    if customer_id is None:
        raise BadRequest
    values = {name: value.strip() for name, value in request.form.items() if "-" not in name}
    rows = _rows()
    if request.form.get("do") == "more":
        return _form(customer_id, values, [*rows, *[EMPTY] * ROWS][:MOST_ROWS])
    try:
        order = _read(customer_id, values, rows)
        made = services().billing.add_payment(order, key=values.get("key", ""))
    except (Invalid, Conflict) as failure:
        return _form(customer_id, values | {"key": str(new_id())}, rows, failure)
    flash(_("The payment is added."), "success")
    return redirect(f"/payments/{made.id}", 303)


def _read(customer_id: UUID, values: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> PaymentOrder:
    currency = values.get("currency", "").upper()
    lines = _lines(rows, currency)
    discount = read_amount(values.get("discount") or "0", currency) if len(currency) == 3 else 0
    if discount is None or discount < 0:
        raise Invalid(N_("Some fields are not valid."), fields={"discount": AMOUNT})
    told: dict[str, Any] = {
        "customer_id": customer_id,
        "membership_id": values.get("membership_id") or None,
        "currency": currency,
        "lines": lines,
        "discount": discount,
        "due_on": values.get("due_on") or None,
        "gateway": values.get("gateway", ""),
    }
    return read_form(PaymentOrder, told, SENTENCES)


def _lines(rows: Sequence[Mapping[str, str]], currency: str) -> list[LineOrder]:
    """Return the rows that say something. Raises Invalid with the fields, by row and name."""
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise Invalid(N_("Some fields are not valid."), fields={"currency": SENTENCES["currency"]})
    lines: list[LineOrder] = []
    wrong: dict[str, str] = {}
    for at, row in enumerate(rows):
        if row["product_id"] or row["description"] or row["unit"]:
            try:
                lines.append(as_order(read_line(row, currency)))
            except Invalid as failure:
                wrong |= {f"{name}-{at}": words for name, words in failure.fields.items()}
    if wrong:
        raise Invalid(N_("Some fields are not valid."), fields=wrong)
    if not lines:
        raise Invalid(
            N_("Some fields are not valid."), fields={"description-0": N_("A payment has at least one line.")}
        )
    return lines


def _rows() -> list[dict[str, str]]:
    """Return every line of the form as it was typed, the empty ones at its end left out but for a few."""
    last = max((int(name[12:]) for name in request.form if _is_row(name)), default=ROWS - 1)
    rows = [
        {name: request.form.get(f"{name}-{at}", "").strip() for name in FIELDS}
        for at in range(min(last + 1, MOST_ROWS))
    ]
    return [row | {"quantity": row["quantity"] or "1"} for row in rows]


def _is_row(name: str) -> bool:
    return name.startswith("description-") and name[12:].isdecimal() and len(name) < 16


def _customer_id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


def _choose() -> Response:
    q = request.args.get("q", "").strip()[:200]
    found = services().customers.list_customers(CustomersQuery(q=q, limit=FOUND)).items
    return page("payments/choose.html", menu="payments", q=q, customers=found)


def _form(
    customer_id: UUID,
    values: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    failure: Failure | None = None,
) -> Response:
    return page(
        "payments/new.html",
        menu="payments",
        status=failure.status if failure else 200,
        customer=services().customers.customer(customer_id),
        memberships=services().billing.customer_billing(customer_id).memberships,
        products=on_sale(),
        values=values,
        rows=rows,
        fields=FIELDS,
        errors=_by_row(errors_of(failure), rows),
    )


def on_sale() -> list[ProductRow]:
    """Return what can be chosen for a line; nothing when it cannot be said now."""
    try:
        return [row for row in services().billing.products(ProductsQuery(limit=200)).items if row.is_active]
    except Failure:
        return []


def _by_row(errors: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what the service says of a line, by the row that it was typed in."""
    typed = [at for at, row in enumerate(rows) if row["product_id"] or row["description"] or row["unit"]]
    said: dict[str, str] = {}
    for name, words in errors.items():
        _list, _dot, place = name.partition(".")
        at, _dot, field = place.partition(".")
        if at.isdecimal() and int(at) < len(typed):
            said[f"{field}-{typed[int(at)]}"] = words
        else:
            said[name] = words
    return said
