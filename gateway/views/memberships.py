"""The page of a membership: its facts, whose it is, and its own events."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.panels.render import panels
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
    return page("memberships/membership.html", menu="customers", membership=found, boxes=boxes.ready())


@views.get("/memberships/<uuid:membership_id>/panels/<name>")
@needs("billing.view")
def membership_panel(membership_id: UUID, name: str) -> Response:
    """One box of the page again."""
    return panel("membership", name, membership_id, menu="customers")


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
    """Ask for a payment again that was cancelled; a second click finds none."""
    try:
        services().billing.bill_again(membership_id)
        flash(_("The payment is asked for again in a moment."), "success")
    except Conflict as reason:
        flash(said(reason), "error")
    return redirect(f"/memberships/{membership_id}", 303)
