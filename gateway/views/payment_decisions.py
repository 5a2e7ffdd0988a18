"""Payments that wait for a person, and the page on which he says what became of an attempt."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import payment_words
from gateway.auth import needs, services
from gateway.refund_alert import forget_alert
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.payments import Attempt, ChargeDecision, Payment
from kernel.errors import N_, Conflict, Failure, Invalid, NotFound
from kernel.ids import new_id

views = Blueprint("payment_decisions", __name__, url_prefix="/payments")

FIELDS = ("has_come", "reference", "reason")
SENTENCES = {
    "has_come": N_("Choose one of the two."),
    "reference": N_("At most 200 characters."),
    "reason": N_("Say how you know."),
}


@views.get("/waiting")
@needs("billing.view")
def waiting() -> Response:
    """What waits, the longest first."""
    return page(
        "payments/waiting.html",
        menu="payments",
        found=services().billing.waiting_payments().items,
        words=payment_words,
    )


@views.get("/<uuid:payment_id>/attempts/<uuid:charge_id>")
@needs("billing.edit")
def ask(payment_id: UUID, charge_id: UUID) -> Response:
    """Say what is known of the attempt, and ask what became of it."""
    return _form(payment_id, charge_id, dict.fromkeys(FIELDS, ""))


@views.post("/<uuid:payment_id>/attempts/<uuid:charge_id>")
@needs("billing.edit")
def decide(payment_id: UUID, charge_id: UUID) -> AnyResponse:
    """Write down whether the money came, and how one knows."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    key = request.form.get("key", "")
    try:
        decision = read_form(ChargeDecision, typed, SENTENCES)
        decided = services().billing.decide_charge(payment_id, charge_id, decision, key=key)
    except (Conflict, Invalid) as failure:
        return _form(payment_id, charge_id, typed, failure)
    forget_alert()
    flash(_("It is written down what became of the attempt."), "success")
    return redirect(f"/payments/{decided.id}#attempts", 303)


def _form(
    payment_id: UUID, charge_id: UUID, typed: Mapping[str, str], failure: Failure | None = None
) -> Response:
    found = services().billing.payment(payment_id)
    return page(
        "payments/decide.html",
        menu="payments",
        status=failure.status if failure else 200,
        payment=found,
        attempt=_attempt(found, charge_id),
        values=typed,
        errors=errors_of(failure),
        words=payment_words,
        key=new_id(),
    )


def _attempt(found: Payment, charge_id: UUID) -> Attempt:
    """Raises NotFound: the attempt may belong to another payment by now, or to none."""
    attempt = next((one for one in found.attempts if one.id == charge_id), None)
    if attempt is None:
        raise NotFound(N_("There is no such attempt."))
    return attempt
