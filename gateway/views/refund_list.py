"""Every refund of the network, and the page of one that waits for a person to say what became of it."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway import refund_labels
from gateway.auth import needs, services
from gateway.refund_alert import forget_alert
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.list_address import asked_for
from gateway.views.pages import page
from kernel.contracts.refunds import Refund, RefundDecision, RefundQuery
from kernel.errors import N_, Conflict, Failure, Invalid
from kernel.ids import new_id

views = Blueprint("refunds", __name__, url_prefix="/refunds")

TABS = {
    "": N_("All"),
    "needs_person": N_("Need somebody"),
    "unsettled": N_("Not settled"),
    "succeeded": N_("Given back"),
    "failed": N_("Failed"),
    "reversed": N_("Came back"),
}
SENTENCES = {"reason": N_("Say how you know."), "has_gone": N_("Choose one of the two.")}


@views.get("")
@needs("billing.view")
def refunds() -> Response:
    """Newest first, narrowed by a tab."""
    wanted = asked_for(RefundQuery)
    found = services().billing.refunds(wanted)
    return page(
        "refunds/list.html",
        menu="refunds",
        found=found,
        tab=wanted.which or "",
        tabs=TABS,
        words=refund_labels,
    )


@views.get("/<uuid:refund_id>")
@needs("billing.view")
def refund(refund_id: UUID) -> Response:
    """One refund, in words."""
    return _page(services().billing.refund(refund_id))


@views.post("/<uuid:refund_id>/ask")
@needs("billing.refund")
def ask(refund_id: UUID) -> AnyResponse:
    """Have the payment gateway asked once more."""
    key = request.form.get("key", "")
    return _done(
        refund_id,
        lambda: services().billing.ask_about_refund(refund_id, key=key),
        _("The payment gateway is asked once more."),
    )


@views.post("/<uuid:refund_id>/decide")
@needs("billing.refund")
def decide(refund_id: UUID) -> AnyResponse:
    """Say whether the money went, and how one knows."""
    values = {"has_gone": request.form.get("has_gone", ""), "reason": request.form.get("reason", "")}
    try:
        decision = read_form(RefundDecision, values, SENTENCES)
    except Invalid as failure:
        return _page(services().billing.refund(refund_id), values, failure)
    key = request.form.get("key", "")
    return _done(
        refund_id,
        lambda: services().billing.decide_refund(refund_id, decision, key=key),
        _("It is written down what became of the refund."),
    )


def _done(refund_id: UUID, act: Callable[[], Refund], words: str) -> AnyResponse:
    try:
        act()
    except (Conflict, Invalid) as failure:
        return _page(services().billing.refund(refund_id), {}, failure)
    forget_alert()
    flash(words, "success")
    return redirect(f"/refunds/{refund_id}", 303)


def _page(found: Refund, values: Mapping[str, str] | None = None, failure: Failure | None = None) -> Response:
    return page(
        "refunds/refund.html",
        menu="refunds",
        status=failure.status if failure else 200,
        refund=found,
        values={"has_gone": "", "reason": ""} | dict(values or {}),
        errors=errors_of(failure),
        key=new_id(),
        may_decide="billing.refund" in current_user.permissions,
        words=refund_labels,
    )
