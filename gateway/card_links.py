"""Saving a card by a link: from the mail to a page of the payment gateway's, and back.

On the admin host, but the network's own page, and for anybody who has the link, as ``pay_links.py`` is.
"""

from contextlib import suppress
from uuid import UUID

from flask import Blueprint, Response, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import open_to_all
from gateway.calls import gateway_services
from gateway.hosted_pages import BEING_MADE, UNDECIDED, at_once, order_of_page, refreshed
from gateway.hosts import admin_host, current_host
from gateway.limits import limits, subscriber
from gateway.security import tell_nobody
from gateway.switch_to import hosts
from gateway.words import said
from kernel.clients import Bound
from kernel.contracts.pay_links import PayLinkToken
from kernel.errors import Conflict, Failure, NotFound

blueprint = Blueprint("card_links", __name__, url_prefix="/links/card")
blueprint.after_request(tell_nobody)

LONGEST = 200
WITH = "link to save a card by"


@blueprint.get("")
@open_to_all
def show() -> Response:
    """Say what it is about, and offer the button."""
    return _show(request.args.get("token", ""))


@blueprint.post("")
@open_to_all
def save() -> AnyResponse:
    """Have a page of the payment gateway's made, and wait for it; twice makes one."""
    token = request.form.get("token", "")
    address = subscriber(request.remote_addr or "")
    limits().spend(limits().sign_in, "card", str(current_host().network.id), "address", address)
    services = gateway_services()
    try:
        order = order_of_page(f"{hosts().origin(admin_host(current_host()))}/links/card/back")
        services.billing.make_card_page(_customer_of(services, token), order)
    except (NotFound, Conflict) as failure:
        return _show(token, failure)
    session[WITH] = token
    return redirect("/links/card/wait", 303)


@blueprint.get("/wait")
@open_to_all
def wait() -> Response:
    """Lead on as soon as the page is there."""
    token = session.get(WITH, "")
    services = gateway_services()
    try:
        found = services.billing.card_page(_customer_of(services, token))
    except NotFound as failure:
        return _page("pay/gone.html", status=404, failure=failure)
    if found.page:
        return _page("card/led.html", refresh=at_once(found.page), url=found.page)
    if found.status in BEING_MADE:
        return _page("card/led.html", refresh="1", url="")
    return _show(token)


@blueprint.get("/back")
@open_to_all
def back() -> Response:
    """The customer comes back from the gateway's page: it is asked at once whether a card was saved."""
    token = session.get(WITH, "")
    services = gateway_services()
    with suppress(Failure):
        services.billing.look_at_card_page(_customer_of(services, token))
    return _show(token, is_back=True)


def _show(token: str, failure: Failure | None = None, *, is_back: bool = False) -> Response:
    services = gateway_services()
    try:
        found = services.billing.card_page(_customer_of(services, token))
    except NotFound as gone:
        return _page("pay/gone.html", status=404, failure=gone)
    is_under_way = is_back and found.status in UNDECIDED | {"waiting"}
    return _page(
        "card/card.html",
        status=failure.status if failure else 200,
        refresh="3; url=/links/card/back" if is_under_way else "",
        found=found,
        token=token,
        failure=said(failure) if failure else "",
        is_under_way=is_under_way,
        is_saved=is_back and found.status == "succeeded",
    )


def _customer_of(services: Bound, token: str) -> UUID:
    """Return whose link it is; what cannot be one is asked for too, and found nowhere."""
    given = PayLinkToken(token=token[:LONGEST].replace("\0", ""))
    return services.customers.find_card_link(given).customer_id


def _page(template: str, *, status: int = 200, refresh: str = "", **shown: object) -> Response:
    return refreshed(template, status=status, refresh=refresh, network=current_host().network, **shown)
