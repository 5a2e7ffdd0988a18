"""The page of a membership: what it is, what can be done with it, and what has happened."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway import membership_history, membership_words
from gateway.auth import needs, services
from gateway.membership_acts import refusals
from gateway.panels.render import panels
from gateway.payments_found import people_of
from gateway.translation import gettext as _
from gateway.translation import ngettext
from gateway.views.pages import asked, page, panel
from gateway.words import said
from kernel.errors import Conflict

views = Blueprint("memberships", __name__)


@views.get("/memberships/<uuid:membership_id>")
@needs("billing.view")
def membership(membership_id: UUID) -> Response:
    """Only the membership itself may fail the page."""
    boxes = panels().begin(asked("membership", membership_id))
    found = services().billing.membership(membership_id)
    return page(
        "memberships/membership.html",
        menu="memberships",
        membership=found,
        person=people_of(services(), [found.customer_id]).get(found.customer_id),
        history=services().billing.membership_history(membership_id, request.args.get("older")),
        times=services().billing.membership_periods(membership_id).items,
        refusals=refusals(found),
        may_edit="billing.edit" in current_user.permissions,
        words=membership_words,
        told=membership_history,
        boxes=boxes.ready(),
    )


@views.get("/memberships/<uuid:membership_id>/panels/<name>")
@needs("billing.view")
def membership_panel(membership_id: UUID, name: str) -> Response:
    """One box of the page again."""
    return panel("membership", name, membership_id, menu="memberships")


@views.post("/customers/<uuid:customer_id>/memberships/start-pending")
@needs("billing.edit")
def start_pending(customer_id: UUID) -> AnyResponse:
    """Start what was left pending when the customer was verified; a second click finds nothing left."""
    number = services().billing.start_pending(customer_id).number
    flash(ngettext("%(num)d membership is started.", "%(num)d memberships are started.", number), "success")
    return redirect(f"/customers/{customer_id}", 303)


@views.post("/memberships/<uuid:membership_id>/bill")
@needs("billing.edit")
def bill_again(membership_id: UUID) -> AnyResponse:
    """Ask for a payment again that was cancelled; a second click asks for nothing more."""
    try:
        services().billing.bill_again(membership_id, key=request.form.get("key", ""))
        flash(_("The payment is asked for again in a moment."), "success")
    except Conflict as reason:
        flash(said(reason), "error")
    return redirect(f"/memberships/{membership_id}", 303)
