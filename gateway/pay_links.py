"""Paying by a link: what is to be paid and to whom, and from there to a page of the payment gateway's.

On the admin host, but the network's own page, and for anybody who has the link. Opening it changes nothing:
scanners of mail open links too. The secret stands in the address that the mail gave, in the form, and in
the session of whoever presses the button, who comes back without it.
"""

from contextlib import suppress

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
from kernel.contracts.pay_links import PayLinkFound, PayLinkToken
from kernel.contracts.payments import ToPay
from kernel.errors import Conflict, Failure, NotFound
from kernel.ids import new_id

blueprint = Blueprint("pay_links", __name__, url_prefix="/links/pay")
blueprint.after_request(tell_nobody)

LONGEST = 200
WITH = "link to pay by"


@blueprint.get("")
@open_to_all
def show() -> Response:
    """Say what is to be paid, and offer the button."""
    return _show(request.args.get("token", ""))


@blueprint.post("")
@open_to_all
def pay() -> AnyResponse:
    """Have a page of the payment gateway's made, and wait for it; twice makes one."""
    token = request.form.get("token", "")
    address = subscriber(request.remote_addr or "")
    limits().spend(limits().sign_in, "pay", str(current_host().network.id), "address", address)
    services = gateway_services()
    try:
        link = _found(services, token)
        order = order_of_page(f"{hosts().origin(admin_host(current_host()))}/links/pay/back")
        services.billing.make_pay_page(link.payment_id, order, key=request.form.get("key", ""))
    except (NotFound, Conflict) as failure:
        return _show(token, failure)
    session[WITH] = token
    return redirect("/links/pay/wait", 303)


@blueprint.get("/wait")
@open_to_all
def wait() -> AnyResponse:
    """Lead on as soon as the page is there: by a refresh, for a redirect after a form stays on our hosts."""
    token = session.get(WITH, "")
    services = gateway_services()
    try:
        found = services.billing.to_pay(_found(services, token).payment_id)
    except NotFound as failure:
        return _page("pay/gone.html", status=404, failure=failure)
    if found.page:
        return _page("pay/go.html", refresh=at_once(found.page), url=found.page, payment=found)
    if found.attempt in BEING_MADE:
        return _page("pay/wait.html", refresh="1", payment=found)
    return _show(token)


@blueprint.get("/back")
@open_to_all
def back() -> AnyResponse:
    """The customer comes back from the gateway's page: it is asked at once what became of it."""
    token = session.get(WITH, "")
    services = gateway_services()
    with suppress(Failure):
        services.billing.look_at_pay_page(_found(services, token).payment_id)
    return _show(token, is_back=True)


def _show(token: str, failure: Failure | None = None, *, is_back: bool = False) -> Response:
    services = gateway_services()
    try:
        found = services.billing.to_pay(_found(services, token).payment_id)
    except NotFound as gone:
        return _page("pay/gone.html", status=404, failure=gone)
    is_under_way = _is_under_way(found, is_back=is_back)
    return _page(
        "pay/pay.html",
        status=failure.status if failure else 200,
        refresh="3; url=/links/pay/back" if is_under_way and is_back else "",
        payment=found,
        token=token,
        key=new_id(),
        failure=said(failure) if failure else "",
        is_under_way=is_under_way,
    )


def _is_under_way(found: ToPay, *, is_back: bool) -> bool:
    """Whether somebody has to wait for the outcome: a page that waits is asked about once he is back."""
    return found.status == "processing" or (is_back and found.attempt in UNDECIDED | {"waiting"})


def _found(services: Bound, token: str) -> PayLinkFound:
    """Return what the link is for; what cannot be one is asked for too, and found nowhere."""
    return services.customers.find_pay_link(PayLinkToken(token=token[:LONGEST].replace("\0", "")))


def _page(template: str, *, status: int = 200, refresh: str = "", **shown: object) -> Response:
    return refreshed(template, status=status, refresh=refresh, network=current_host().network, **shown)
