"""Apply the new price of a product to running memberships: what would change, and the order to do it."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.translation import ngettext
from gateway.views.pages import page
from gateway.words import said
from kernel.contracts.repricing import RepricingOrder
from kernel.errors import BadRequest, Conflict, Failure
from kernel.ids import new_id

views = Blueprint("repricing", __name__, url_prefix="/products/<uuid:product_id>/repricing")


@views.get("")
@needs("billing.edit")
def ask(product_id: UUID) -> Response:
    """Say how many memberships would change, and from which price to which."""
    return _page(product_id)


@views.post("")
@needs("billing.edit")
def do(product_id: UUID) -> AnyResponse:
    """Order it; when it is not as it was seen, show it as it is now."""
    seen, key = request.form.get("version", ""), request.form.get("key", "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) <= 18):
        raise BadRequest
    try:
        made = services().billing.order_repricing(product_id, RepricingOrder(seen=int(seen)), key=key)
    except Conflict as failure:
        return _page(product_id, failure)
    words = ngettext(
        "%(num)d membership gets the new price from its next period on.",
        "%(num)d memberships get the new price, each from its next period on.",
        made.expected,
    )
    flash(words, "success")
    return redirect(f"/products/{product_id}/repricing", 303)


def _page(product_id: UUID, failure: Failure | None = None) -> Response:
    return page(
        "products/repricing.html",
        menu="products",
        status=failure.status if failure else 200,
        product=services().billing.product(product_id),
        found=services().billing.repricing(product_id),
        refusal=said(failure) if failure else "",
        key=new_id(),
    )
