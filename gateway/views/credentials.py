"""What an admin does about how a customer signs in: a link, a lock, everything ended, the history."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import confirmed_by_customers, needs, services, sign_out, to_sign_in
from gateway.downloads import csv_file
from gateway.force_sign_in import force_sign_in
from gateway.translation import gettext as _
from gateway.views.pages import fragment, page, wants_fragment
from gateway.words import said
from kernel.contracts.credentials import SignInsQuery
from kernel.contracts.customers import Customer
from kernel.errors import N_, BadRequest, Conflict, Forbidden, TooMany

views = Blueprint("credentials", __name__, url_prefix="/customers/<uuid:customer_id>")

YOURSELF = N_("You have ended all your own sessions, this one too. Please sign in again.")


@views.post("/password-link")
@needs("customers.credentials")
def send_password_link(customer_id: UUID) -> AnyResponse:
    """Have a link to set a password mailed to the customer, or say why not now."""
    words = _("A link to set a password is on its way to the customer.")
    return _do(customer_id, lambda: services().customers.send_password_link(customer_id), words)


@views.post("/unlock")
@needs("customers.credentials")
def unlock(customer_id: UUID) -> AnyResponse:
    """Let the customer try again at once."""
    words = _("The customer can sign in again.")
    return _do(customer_id, lambda: services().customers.unlock(customer_id), words)


@views.get("/force-sign-in")
@confirmed_by_customers
@needs("customers.credentials")
def ask_before_force(customer_id: UUID) -> Response:
    """Say what will end, and ask."""
    return _force_page(services().customers.customer(customer_id))


@views.post("/force-sign-in")
@needs("customers.credentials")
def force(customer_id: UUID) -> AnyResponse:
    """End everything, and say how many of each there were."""
    customer = services().customers.customer(customer_id)
    try:
        ended = force_sign_in(services(), customer_id)
    except Forbidden as failure:
        return _force_page(customer, said(failure), failure.status)
    if customer.account_id == current_user.standing.account_id:
        sign_out()
        return to_sign_in(YOURSELF)
    return page("credentials/forced.html", menu="customers", customer=customer, ended=ended)


@views.get("/sign-ins")
@confirmed_by_customers
@needs("customers.view")
def sign_ins(customer_id: UUID) -> Response:
    """The history of sign-ins, a page at a time."""
    asked = asked_for()
    found = services().customers.sign_ins(customer_id, asked)
    shown: dict[str, Any] = {"found": found, "asked": asked, "here": f"/customers/{customer_id}/sign-ins"}
    if wants_fragment() and asked.after:
        return fragment("credentials/attempts.html", **shown)
    customer = services().customers.customer(customer_id)
    return page("credentials/sign_ins.html", menu="customers", customer=customer, **shown)


@views.get("/sign-ins.csv")
@needs("customers.view")
def export_sign_ins(customer_id: UUID) -> Response:
    """The history as a file, sent as it is read."""
    customer = services().customers.customer(customer_id)
    pieces = services().customers.export_sign_ins(customer_id, asked_for())
    return csv_file(pieces, f"sign-ins-{customer.number}.csv")


def asked_for() -> SignInsQuery:
    """Return which sign-ins the address names. Raises BadRequest for an address that is none of ours."""
    try:
        return SignInsQuery.model_validate(request.args.to_dict())
    except ValidationError:
        raise BadRequest from None


def _do(customer_id: UUID, act: Callable[[], None], words: str) -> AnyResponse:
    try:
        act()
        flash(words, "success")
    except (Conflict, Forbidden, TooMany) as failure:
        flash(said(failure), "error")
    return redirect(f"/customers/{customer_id}", 303)


def _force_page(customer: Customer, error: str = "", status: int = 200) -> Response:
    return page("credentials/force.html", menu="customers", status=status, customer=customer, error=error)
