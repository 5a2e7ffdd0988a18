"""Give money of a payment back: a form, once more what it will do, and then it is asked for."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import refund_labels
from gateway.auth import needs, services
from gateway.translation import gettext as _
from gateway.typed_money import read_money, typed_amount
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.refunds import PaymentBalance, RefundOrder
from kernel.errors import N_, Conflict, Failure, Filled, Invalid
from kernel.ids import new_id

views = Blueprint("refund_form", __name__, url_prefix="/payments/<uuid:payment_id>/refund")

SENTENCES = {"reason": N_("At most 500 characters."), "effect": N_("Choose what becomes of the membership.")}


@views.get("")
@needs("billing.refund")
def form(payment_id: UUID) -> Response:
    """The form; all that is left is what it offers."""
    balance = services().billing.payment_balance(payment_id)
    offered = {
        "amount": typed_amount(balance.left.amount, balance.left.currency),
        "reason": "",
        "effect": "keep",
        "by_hand": "",
    }
    return _form(balance, offered | {"key": str(new_id())})


@views.post("")
@needs("billing.refund")
def ask(payment_id: UUID) -> AnyResponse:
    """Show once more what will happen; who says yes to that asks for it, once for each form."""
    balance = services().billing.payment_balance(payment_id)
    values = {name: request.form.get(name, "") for name in ("amount", "reason", "effect", "by_hand", "key")}
    try:
        order = _read(balance, values)
        if request.form.get("do") != "refund":
            return _confirm(balance, values, order)
        services().billing.request_refund(payment_id, order, key=values["key"])
    except (Invalid, Conflict) as failure:
        balance = services().billing.payment_balance(payment_id)
        return _form(balance, values | {"key": str(new_id())}, failure)
    flash(_("The refund is asked for."), "success")
    return redirect(f"/payments/{payment_id}#panel-refunds", 303)


def _read(balance: PaymentBalance, values: Mapping[str, str]) -> RefundOrder:
    """Raises Invalid with what is wrong beside each field; the service decides it all anew."""
    amount = read_money(values["amount"], balance.left.currency, field="amount")
    if amount.amount <= 0:
        raise Invalid(fields={"amount": N_("More than nothing.")})
    if request.form.get("do") != "refund" and amount.amount > balance.left.amount:
        sentence = Filled(N_("At most %(left)s can be refunded."), left=_left(balance))
        raise Invalid(fields={"amount": sentence})
    given = {"reason": values["reason"], "effect": values["effect"] or "keep", "amount": amount}
    return read_form(RefundOrder, given | {"is_by_hand": values["by_hand"] == "yes"}, SENTENCES)


def _left(balance: PaymentBalance) -> str:
    return f"{typed_amount(balance.left.amount, balance.left.currency)} {balance.left.currency}"


def _confirm(balance: PaymentBalance, values: Mapping[str, str], order: RefundOrder) -> Response:
    return page(
        "refunds/confirm.html",
        menu="payments",
        balance=balance,
        values=values,
        order=order,
        is_by_hand=order.is_by_hand or balance.is_by_hand,
        left=balance.left - order.amount,
        words=refund_labels,
    )


def _form(balance: PaymentBalance, values: Mapping[str, Any], failure: Failure | None = None) -> Response:
    return page(
        "refunds/form.html",
        menu="payments",
        status=failure.status if failure else 200,
        balance=balance,
        values=values,
        errors=errors_of(failure),
        words=refund_labels,
    )
