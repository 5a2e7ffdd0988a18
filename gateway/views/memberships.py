"""The page of a membership: what it is, what can be done with it, and what has happened."""

from uuid import UUID

from flask import Blueprint, Response, request
from flask_login import current_user

from gateway import membership_history, membership_words
from gateway.auth import needs, services
from gateway.membership_acts import refusals
from gateway.panels.render import panels
from gateway.payments_found import people_of
from gateway.views.pages import asked, page, panel

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
