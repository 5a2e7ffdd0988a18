"""The customers list, the customer page, and what may be done there."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import confirmed_by_customers, needs, services
from gateway.calls import tried
from gateway.panels.render import panels
from gateway.routing import is_local_path
from gateway.translation import gettext as _
from gateway.views.customers_list import Listing
from gateway.views.list_place import placed
from gateway.views.pages import asked, fragment, page, panel, wants_fragment
from gateway.views.preferences import prefer
from kernel.contracts.customers import VipChange
from kernel.errors import BadRequest

views = Blueprint("customers", __name__)


@views.get("/customers")
@confirmed_by_customers
@needs("customers.view")
def customers() -> Response:
    """The list: one call to one service, whose failure is a state of the page."""
    listing = Listing.asked_for()
    found, failure = tried(lambda: services().customers.list_customers(listing.query))
    listing.remember_size()
    shown = listing.shown(found) | {"failure": failure}
    status = failure.status if failure else 200
    if wants_fragment():
        answer = fragment("customers/results.html", status=status, **shown)
        answer.headers["HX-Push-Url"] = shown["here"]
        return answer
    return page("customers/list.html", menu="customers", menu_tab=listing.query.tab, status=status, **shown)


@views.post("/customers/layout")
@needs("customers.view")
def choose_layout() -> AnyResponse:
    """Remember whether the admin likes cards or the table."""
    layout = request.form.get("layout", "")
    if layout not in {"cards", "table"}:
        raise BadRequest()
    prefer({"customers.layout": layout})
    back = request.form.get("back", "")
    return redirect(back if is_local_path(back) else "/customers", 303)


@views.get("/customers/<uuid:customer_id>")
@confirmed_by_customers
@needs("customers.view")
def customer(customer_id: UUID) -> Response:
    """Everything three services know; only the customer itself may fail the page."""
    boxes = panels().begin(asked("customer", customer_id))
    found = services().customers.customer(customer_id)
    return page(
        "customers/customer.html",
        menu="customers",
        customer=found,
        boxes=boxes.ready(),
        may_switch="customers.switch" in current_user.permissions,
    )


@views.get("/customers/<uuid:customer_id>/panels/<name>")
@needs("customers.view")
def customer_panel(customer_id: UUID, name: str) -> Response:
    """One box of the page again."""
    return panel("customer", name, customer_id, menu="customers")


@views.post("/customers/<uuid:customer_id>/vip")
@needs("customers.edit")
def change_vip(customer_id: UUID) -> AnyResponse:
    """Mark a customer as VIP, or no longer."""
    wanted = request.form.get("is_vip")
    if wanted not in {"true", "false"}:
        raise BadRequest()
    is_vip = wanted == "true"
    services().customers.change_vip(customer_id, VipChange(is_vip=is_vip))
    words = _("The customer is marked as VIP.") if is_vip else _("The customer is no longer marked as VIP.")
    if wants_fragment():
        return _changed_box(customer_id, words)
    flash(words, "success")
    return redirect(placed(f"/customers/{customer_id}"), 303)


def _changed_box(customer_id: UUID, words: str) -> Response:
    found = services().customers.customer(customer_id)
    box = panels().one("options", asked("customer", customer_id))
    return fragment("customers/vip_changed.html", box=box, customer=found, words=words)
