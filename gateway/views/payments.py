"""The page of a payment: its facts, whose it is, and its own events."""

from uuid import UUID

from flask import Blueprint, Response

from gateway.auth import needs, services
from gateway.panels.render import panels
from gateway.views.pages import asked, page, panel

views = Blueprint("payments", __name__)


@views.get("/payments/<uuid:payment_id>")
@needs("billing.view")
def payment(payment_id: UUID) -> Response:
    """Only the payment itself may fail the page."""
    boxes = panels().begin(asked("payment", payment_id))
    found = services().billing.payment(payment_id)
    return page("payments/payment.html", menu="customers", payment=found, boxes=boxes.ready())


@views.get("/payments/<uuid:payment_id>/panels/<name>")
@needs("billing.view")
def payment_panel(payment_id: UUID, name: str) -> Response:
    """One box of the page again."""
    return panel("payment", name, payment_id, menu="customers")
