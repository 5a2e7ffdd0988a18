"""The page on which a person says what a bank took that disputes a payment in another currency."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import refund_labels
from gateway.auth import needs, services
from gateway.refund_alert import forget_alert
from gateway.translation import gettext as _
from gateway.typed_money import read_money
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.refunds import DisputeSaid, PaymentBalance
from kernel.errors import N_, Conflict, Failure, Invalid, NotFound
from kernel.ids import new_id

views = Blueprint("dispute_decisions", __name__, url_prefix="/payments/<uuid:payment_id>/disputes")

FIELDS = ("amount", "reason")
SENTENCES = {"reason": N_("Say how you know.")}


@views.get("/<uuid:dispute_id>")
@needs("billing.edit")
def ask(payment_id: UUID, dispute_id: UUID) -> Response:
    """Say what is known of the dispute, and ask what the bank has."""
    balance = services().billing.payment_balance(payment_id)
    return _form(balance, dispute_id, dict.fromkeys(FIELDS, ""))


@views.post("/<uuid:dispute_id>")
@needs("billing.edit")
def write_down(payment_id: UUID, dispute_id: UUID) -> AnyResponse:
    """Write down what the bank has, and how one knows."""
    balance = services().billing.payment_balance(payment_id)
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    key = request.form.get("key", "")
    try:
        said = _read(balance, typed)
        services().billing.write_down_dispute(dispute_id, said, key=key)
    except (Conflict, Invalid) as failure:
        return _form(balance, dispute_id, typed, failure)
    forget_alert()
    flash(_("It is written down what the bank has."), "success")
    return redirect(f"/payments/{payment_id}#panel-refunds", 303)


def _read(balance: PaymentBalance, typed: Mapping[str, str]) -> DisputeSaid:
    """Raises Invalid with what is wrong beside its field."""
    amount = read_money(typed["amount"], balance.captured.currency, field="amount")
    return read_form(DisputeSaid, {"amount": amount, "reason": typed["reason"]}, SENTENCES)


def _form(
    balance: PaymentBalance, dispute_id: UUID, typed: Mapping[str, str], failure: Failure | None = None
) -> Response:
    dispute = next((one for one in balance.disputes if one.id == dispute_id), None)
    if dispute is None:
        raise NotFound(N_("There is no such dispute."))
    return page(
        "payments/dispute.html",
        menu="payments",
        status=failure.status if failure else 200,
        balance=balance,
        dispute=dispute,
        values=typed,
        errors=errors_of(failure),
        words=refund_labels,
        key=new_id(),
    )
