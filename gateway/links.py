"""Pages that a link in a mail leads to: on the admin host, but the network's, and for anybody.

Mail scanners open links, follow redirects and run scripts, so opening one changes nothing: a person presses
the button. The secret stands in the address that the mail gave, in the form, and nowhere else.
"""

from contextlib import suppress

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import open_to_all
from gateway.calls import gateway_services
from gateway.hosts import Hosts, current_host
from gateway.limits import limits, spelling, subscriber
from gateway.security import tell_nobody
from kernel.contracts.sites import OwnDoor
from kernel.contracts.verification import AddressVerified, LinkAsked, LinkToken
from kernel.errors import Failure, NotFound, TooMany

blueprint = Blueprint("links", __name__, url_prefix="/links")
blueprint.after_request(tell_nobody)

DONE = "verified address"
LONGEST = 200


@blueprint.get("/verify")
@open_to_all
def show() -> Response:
    """Say whose address it is, and offer the button; without a link, a way to get one."""
    token = request.args.get("token", "")
    if not token:
        return _page("links/ask.html")
    try:
        shown = gateway_services().customers.look_at_link(_link(token))
    except NotFound as failure:
        return _page("links/ask.html", status=404, failure=failure)
    return _page("links/verify.html", email=shown.email, token=token)


@blueprint.post("/verify")
@open_to_all
def verify() -> AnyResponse:
    """Use the link up."""
    token = request.form.get("token", "")
    try:
        verified = gateway_services().customers.verify(_link(token))
    except NotFound as failure:
        return _page("links/ask.html", status=404, failure=failure)
    session[DONE] = verified.model_dump(mode="json")
    return redirect("/links/verify/done", 303)


@blueprint.get("/verify/done")
@open_to_all
def done() -> AnyResponse:
    """Say that it is done, and lead on to the customer's site."""
    if DONE not in session:
        return redirect("/links/verify", 303)
    verified = AddressVerified.model_validate(session[DONE])
    return _page("links/done.html", email=verified.email, door=_door_of(verified), origin=_origin)


@blueprint.post("/verify/again")
@open_to_all
def ask_again() -> Response:
    """Take the wish for a new link; the answer is the same whatever the address."""
    email = request.form.get("email", "").strip().replace("\0", "")[:320]
    try:
        _spend(email)
    except TooMany as failure:
        return _page("links/ask.html", status=429, failure=failure, email=email)
    gateway_services().customers.request_verification(LinkAsked(email=email))
    return _page("links/asked.html")


def _link(token: str) -> LinkToken:
    """Return what was sent as a link's secret; what cannot be one is still asked for, and found nowhere."""
    return LinkToken(token=token[:LONGEST].replace("\0", ""))


def _spend(email: str) -> None:
    network = str(current_host().network.id)
    limits().spend(limits().links, "links", network, "address", subscriber(request.remote_addr or ""))
    limits().spend(limits().links, "links", network, "account", spelling(email))


def _door_of(verified: AddressVerified) -> OwnDoor | None:
    """Return where the customer goes on; that it cannot be said now is no reason to say nothing."""
    with suppress(Failure):
        return gateway_services().sites.own_door(verified.customer_id)
    return None


def _origin(host: str) -> str:
    hosts: Hosts = current_app.extensions["hosts"]
    return hosts.origin(host)


def _page(template: str, *, status: int = 200, **shown: object) -> Response:
    network = current_host().network
    return make_response(render_template(template, network=network, **shown), status)
