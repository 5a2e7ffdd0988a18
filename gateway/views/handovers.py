"""Hand a customer over to another sign-in: to whom, what that changes, and then it is done."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import confirmed_by_customers, needs, services, sign_out, to_sign_in
from gateway.handing_over import hand_over
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.handovers import HandoverOrder, HandoverOutlook
from kernel.errors import N_, Conflict, Failure, Forbidden, Invalid

views = Blueprint("handovers", __name__, url_prefix="/customers/<uuid:customer_id>/hand-over")

YOURSELF = N_("The customer is handed over, and your own sessions have ended. Please sign in again.")
LONG = N_("A name has at most 200 characters.")
SENTENCES = {
    "email": N_("This is too long for an e-mail address."),
    "first_name": LONG,
    "last_name": LONG,
}
HIDDEN = ("seen", "attaches")
"""What the page with the question keeps of what it showed."""


@views.get("")
@confirmed_by_customers
@needs("customers.credentials")
def ask(customer_id: UUID) -> Response:
    """Ask to whom."""
    return _form(customer_id, dict.fromkeys(SENTENCES, ""))


@views.post("")
@needs("customers.credentials")
def look_or_do(customer_id: UUID) -> AnyResponse:
    """Say what would change and ask once more, or do it; what was typed is kept when it cannot be done."""
    typed = {name: request.form.get(name, "").strip().replace("\0", "") for name in SENTENCES}
    try:
        if request.form.get("do") == "hand over":
            return _do(customer_id, _order(typed, *HIDDEN))
        outlook = services().customers.look_at_handover(customer_id, _order(typed))
    except (Conflict, Forbidden, Invalid) as failure:
        return _form(customer_id, typed, failure)
    return _question(customer_id, typed, outlook)


def _order(typed: dict[str, str], *hidden: str) -> HandoverOrder:
    kept = {name: value for name in hidden if (value := request.form.get(name, ""))}
    return read_form(HandoverOrder, typed | kept, SENTENCES)


def _do(customer_id: UUID, order: HandoverOrder) -> AnyResponse:
    done = hand_over(services(), customer_id, order)
    if done.former_account_id == current_user.standing.account_id:
        sign_out()
        return to_sign_in(YOURSELF)
    customer = services().customers.customer(customer_id)
    words = _("%(name)s signs in as customer %(number)s now.", name=customer.name, number=customer.number)
    flash(words, "success")
    return redirect(f"/customers/{customer_id}", 303)


def _question(customer_id: UUID, typed: dict[str, str], outlook: HandoverOutlook) -> Response:
    customer = services().customers.customer(customer_id)
    return page("handovers/confirm.html", menu="customers", customer=customer, values=typed, outlook=outlook)


def _form(customer_id: UUID, typed: dict[str, str], failure: Failure | None = None) -> Response:
    customer = services().customers.customer(customer_id)
    return page(
        "handovers/ask.html",
        menu="customers",
        status=failure.status if failure else 200,
        customer=customer,
        values=typed,
        errors=errors_of(failure),
    )
