"""What an admin does about the verification of a customer's address: have it asked again, or decide."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from gateway import labels
from gateway.auth import confirmed_by_customers, needs, services
from gateway.translation import gettext as _
from gateway.views.pages import page
from gateway.words import said
from kernel.contracts.verification import VerificationEdit
from kernel.errors import BadRequest, Conflict, TooMany

views = Blueprint("verification", __name__)


@views.get("/customers/<uuid:customer_id>/verification")
@confirmed_by_customers
@needs("customers.edit")
def choose(customer_id: UUID) -> Response:
    """The statuses to choose from, each with what follows from it."""
    return _form(customer_id)


@views.post("/customers/<uuid:customer_id>/verification")
@needs("customers.edit")
def decide(customer_id: UUID) -> AnyResponse:
    """Set the status by hand."""
    starts = "starts_memberships" in request.form
    try:
        edit = VerificationEdit.model_validate(
            {"status": request.form.get("status"), "starts_memberships": starts}
        )
    except ValidationError:
        raise BadRequest from None
    try:
        services().customers.change_verification(customer_id, edit)
    except TooMany as failure:
        return _form(customer_id, error=said(failure), chosen=edit.status, status=failure.status)
    status = labels.verification(edit.status).lower()
    flash(_("The e-mail verification is now: %(status)s.", status=status), "success")
    return _back(customer_id)


@views.post("/customers/<uuid:customer_id>/verification/resend")
@needs("customers.edit")
def resend(customer_id: UUID) -> AnyResponse:
    """Have the link sent to the customer once more, or say why not now."""
    try:
        services().customers.resend_verification(customer_id)
        flash(_("A new link is on its way to the customer."), "success")
    except (TooMany, Conflict) as failure:
        flash(said(failure), "error")
    return _back(customer_id)


def _form(customer_id: UUID, *, error: str = "", chosen: str = "", status: int = 200) -> Response:
    customer = services().customers.customer(customer_id)
    return page(
        "verification/decide.html",
        menu="customers",
        customer=customer,
        chosen=chosen or customer.verification,
        error=error,
        status=status,
    )


def _back(customer_id: UUID) -> AnyResponse:
    return redirect(f"/customers/{customer_id}", 303)
