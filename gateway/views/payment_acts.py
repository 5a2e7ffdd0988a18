"""What is done with a payment: each act asks once more, and its form does it once at most."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import payment_words
from gateway.auth import needs, services
from gateway.payments_found import send_pay_link
from gateway.refund_alert import forget_alert
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from gateway.words import said
from kernel.contracts.payments import ActionName, CancelOrder, ChargeOrder, CompletionOrder
from kernel.errors import N_, Conflict, Failure, Invalid, NotFound, TooMany
from kernel.ids import new_id

views = Blueprint("payment_acts", __name__, url_prefix="/payments/<uuid:payment_id>")

SENTENCES = {
    "reference": N_("At most 200 characters."),
    "reason": N_("At most 500 characters."),
    "method_id": N_("Choose one of the saved ways to pay."),
}


@dataclass(frozen=True)
class Act:
    """An act: which of the payment's actions it is, the fields of its form, and what is said at its end."""

    action: ActionName
    done: str
    carry_out: Callable[[UUID, Mapping[str, str], str], object]
    fields: tuple[str, ...] = ()


def _complete(payment_id: UUID, typed: Mapping[str, str], key: str) -> object:
    order = read_form(CompletionOrder, typed, SENTENCES)
    return services().billing.complete_payment(payment_id, order, key=key)


def _charge(payment_id: UUID, typed: Mapping[str, str], key: str) -> object:
    order = read_form(ChargeOrder, {"method_id": typed["method_id"] or None}, SENTENCES)
    return services().billing.charge(payment_id, order, key=key)


def _cancel(payment_id: UUID, typed: Mapping[str, str], key: str) -> object:
    return services().billing.cancel_payment(payment_id, read_form(CancelOrder, typed, SENTENCES), key=key)


def _end_page(payment_id: UUID, _typed: Mapping[str, str], _key: str) -> object:
    return services().billing.end_page(payment_id)


def _keep(payment_id: UUID, _typed: Mapping[str, str], key: str) -> object:
    kept = services().billing.keep_late_money(payment_id, key=key)
    forget_alert()
    return kept


def _send_link(payment_id: UUID, _typed: Mapping[str, str], _key: str) -> None:
    send_pay_link(services(), payment_id)


ACTS = {
    "complete": Act("complete", N_("The payment is marked as completed."), _complete, ("reference",)),
    "charge": Act("charge", N_("The payment is being charged."), _charge, ("method_id",)),
    "cancel": Act("cancel", N_("The payment is cancelled."), _cancel, ("reason",)),
    "link": Act("send_link", N_("The link is sent."), _send_link),
    "keep": Act("keep", N_("The money is kept for what was cancelled."), _keep),
    "end-page": Act("end_page", N_("The attempt is ended."), _end_page),
}


@views.get("/<any(complete, charge, link, cancel, keep, 'end-page'):name>")
@needs("billing.edit")
def ask(payment_id: UUID, name: str) -> Response:
    """Say what it would do, and ask for what it needs."""
    return _form(payment_id, name, dict.fromkeys(ACTS[name].fields, ""))


@views.post("/<any(complete, charge, link, cancel, keep, 'end-page'):name>")
@needs("billing.edit")
def do(payment_id: UUID, name: str) -> AnyResponse:
    """Do it; what was typed is still there when it cannot be done."""
    act = ACTS[name]
    typed = {field: request.form.get(field, "").strip() for field in act.fields}
    try:
        act.carry_out(payment_id, typed, request.form.get("key", ""))
    except (Conflict, Invalid, NotFound, TooMany) as failure:
        return _form(payment_id, name, typed, failure)
    flash(_(act.done), "success")
    return redirect(f"/payments/{payment_id}", 303)


@views.post("/look")
@needs("billing.edit")
def look(payment_id: UUID) -> AnyResponse:
    """Have the payment gateway asked now what became of the attempt."""
    services().billing.look_at_charge(payment_id)
    flash(_("The payment gateway is being asked."), "success")
    return redirect(f"/payments/{payment_id}#attempts", 303)


@views.post("/methods/ask")
@needs("billing.edit")
def ask_for_card(payment_id: UUID) -> AnyResponse:
    """Mail the customer a link to a page where he saves a card, without paying."""
    try:
        services().customers.send_card_link(services().billing.payment(payment_id).customer_id)
        flash(_("The link is sent."), "success")
    except TooMany as failure:
        flash(said(failure), "error")
    return redirect(f"/payments/{payment_id}#methods", 303)


@views.post("/methods/<uuid:method_id>/<any(default, remove):what>")
@needs("billing.edit")
def change_method(payment_id: UUID, method_id: UUID, what: str) -> AnyResponse:
    """Charge another of the customer's saved ways to pay from now on, or one of them no more."""
    if what == "default":
        services().billing.choose_payment_method(method_id)
        flash(_("This way to pay is charged from now on."), "success")
    else:
        services().billing.remove_payment_method(method_id)
        flash(_("This way to pay is charged no more."), "success")
    return redirect(f"/payments/{payment_id}#methods", 303)


def _form(payment_id: UUID, name: str, values: Mapping[str, str], failure: Failure | None = None) -> Response:
    found = services().billing.payment(payment_id)
    refusal = next((one.refusal for one in found.actions if one.name == ACTS[name].action), None)
    return page(
        "payments/act.html",
        menu="payments",
        status=failure.status if failure else 200,
        payment=found,
        act=name,
        values=values,
        errors=errors_of(failure),
        refusal=refusal,
        failure=said(failure) if failure else "",
        words=payment_words,
        key=new_id(),
    )
