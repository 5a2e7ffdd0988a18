"""Give a membership to another customer: whom, and what goes along."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.customers import CustomersQuery
from kernel.contracts.memberships import TransferOrder
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid

views = Blueprint("membership_transfer", __name__, url_prefix="/memberships/<uuid:membership_id>/transfer")

FOUND = 6
SENTENCES = {
    "customer_id": N_("Choose the customer who takes over."),
    "reason": N_("At most 1000 characters."),
}
USUAL = {"q": "", "customer_id": "", "with_sites": "true", "with_payments": "", "reason": ""}


@views.get("")
@needs("billing.edit")
def ask(membership_id: UUID) -> Response:
    """Say what there is to go along, and ask whom it goes to."""
    return _form(membership_id, USUAL)


@views.post("")
@needs("billing.edit")
def transfer(membership_id: UUID) -> AnyResponse:
    """Look for customers, or hand it over; what was typed is still there when that cannot be done."""
    typed = {name: request.form.get(name, "").strip() for name in USUAL}
    if request.form.get("do") == "search":
        return _form(membership_id, typed)
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdecimal() and len(version) <= 18):
        raise BadRequest
    told = {
        "customer_id": typed["customer_id"],
        "with_sites": typed["with_sites"] == "true",
        "with_payments": typed["with_payments"] == "true",
        "reason": typed["reason"],
        "seen": [int(version)],
    }
    try:
        order = read_form(TransferOrder, told, SENTENCES)
        services().billing.transfer_membership(membership_id, order)
    except (Invalid, Conflict) as failure:
        return _form(membership_id, typed, failure)
    flash(_("The membership is transferred."), "success")
    return redirect(f"/memberships/{membership_id}", 303)


def _form(membership_id: UUID, values: Mapping[str, str], failure: Failure | None = None) -> Response:
    found = services().billing.membership(membership_id)
    q = values["q"][:200]
    heirs = services().customers.list_customers(CustomersQuery(q=q, limit=FOUND)).items if q else []
    return page(
        "memberships/transfer.html",
        menu="memberships",
        status=failure.status if failure else 200,
        membership=found,
        outlook=services().billing.transfer_outlook(membership_id),
        heirs=[one for one in heirs if one.id != found.customer_id],
        values=values,
        errors=errors_of(failure),
    )
