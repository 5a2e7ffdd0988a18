"""The page of a payment: all there is to know of it, and what can be done with it now."""

from uuid import UUID

from flask import Blueprint, Response
from flask_login import current_user

from gateway import book_words, payment_words
from gateway.auth import needs, services
from gateway.panels.render import panels
from gateway.views.pages import asked, page, panel
from kernel.ids import new_id

views = Blueprint("payments", __name__)


@views.get("/payments/<uuid:payment_id>")
@needs("billing.view")
def payment(payment_id: UUID) -> Response:
    """Only the payment itself may fail the page."""
    boxes = panels().begin(asked("payment", payment_id))
    found = services().billing.payment(payment_id)
    return page(
        "payments/payment.html",
        menu="payments",
        payment=found,
        boxes=boxes.ready(),
        actions={action.name: action.refusal for action in found.actions},
        may_edit="billing.edit" in current_user.permissions,
        may_refund="billing.refund" in current_user.permissions,
        words=payment_words,
        book_words=book_words,
        key=new_id(),
    )


@views.get("/payments/<uuid:payment_id>/panels/<name>")
@needs("billing.view")
def payment_panel(payment_id: UUID, name: str) -> Response:
    """One box of the page again."""
    return panel("payment", name, payment_id, menu="payments")
