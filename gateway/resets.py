"""Setting a password without the old one: a link is asked for, and its page sets the new one.

On the admin host, but the network's own page; the doors of its sites lead here too. Whether an address is
anybody's is told neither by what is answered nor by how long it takes: the wish is only noted.
"""

from contextlib import suppress

from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import open_to_all
from gateway.calls import gateway_services
from gateway.hosts import current_host
from gateway.limits import limits, spelling, subscriber
from gateway.own_account import typed_twice
from gateway.security import tell_nobody
from gateway.switch_to import hosts
from gateway.views.forms import errors_of
from kernel.contracts.credentials import PasswordReset, ResetDone
from kernel.contracts.sites import OwnDoor
from kernel.contracts.verification import LinkAsked, LinkToken
from kernel.errors import Failure, Invalid, NotFound, TooMany

blueprint = Blueprint("resets", __name__)
blueprint.after_request(tell_nobody)

FORGOT, RESET = "/forgot-password", "/links/reset"
DONE = "password set"
LONGEST = 200


@blueprint.get(FORGOT)
@open_to_all
def forgot() -> Response:
    return _page("resets/forgot.html")


@blueprint.post(FORGOT)
@open_to_all
def ask() -> Response:
    """Take the wish for a link; the answer is the same whatever the address."""
    email = request.form.get("email", "").strip().replace("\0", "")[:320]
    try:
        _spend_link(email)
    except TooMany as failure:
        return _page("resets/forgot.html", status=429, failure=failure, email=email)
    gateway_services().customers.request_reset(LinkAsked(email=email))
    return _page("resets/asked.html")


@blueprint.get(RESET)
@open_to_all
def show() -> Response:
    """Show the form; scanners of mail open links too, so nothing changes however often it is opened."""
    return _form(_link(request.args.get("token", "")))


@blueprint.post(RESET)
@open_to_all
def set_password() -> AnyResponse:
    """Set the password and use the link up; when it is refused the link is as good as it was."""
    link = _link(request.form.get("token", ""))
    address = subscriber(request.remote_addr or "")
    limits().spend(limits().sign_in, "reset", str(current_host().network.id), "address", address)
    try:
        given = PasswordReset(token=link.token, password=typed_twice())
        done = gateway_services().customers.reset_password(given)
    except Invalid as failure:
        return _form(link, failure)
    except NotFound as failure:
        return _page("resets/forgot.html", status=404, failure=failure)
    session[DONE] = done.model_dump(mode="json")
    return redirect(f"{RESET}/done", 303)


@blueprint.get(f"{RESET}/done")
@open_to_all
def done() -> AnyResponse:
    """Say that it is done, and lead to where the password opens."""
    if DONE not in session:
        return redirect(FORGOT, 303)
    found = ResetDone.model_validate(session[DONE])
    door = _door_of(found)
    return _page("resets/done.html", done=found, door=door, origin=hosts().origin)


def _form(link: LinkToken, failure: Failure | None = None) -> Response:
    try:
        shown = gateway_services().customers.look_at_reset(link)
    except NotFound as gone:
        return _page("resets/forgot.html", status=404, failure=gone)
    status = failure.status if failure else 200
    return _page("resets/set.html", status=status, link=link, shown=shown, errors=errors_of(failure))


def _link(token: str) -> LinkToken:
    """Return what was sent as a link's secret; what cannot be one is asked for too, and found nowhere."""
    return LinkToken(token=token[:LONGEST].replace("\0", ""))


def _spend_link(email: str) -> None:
    network = str(current_host().network.id)
    limits().spend(limits().links, "resets", network, "address", subscriber(request.remote_addr or ""))
    limits().spend(limits().links, "resets", network, "account", spelling(email))


def _door_of(found: ResetDone) -> OwnDoor | None:
    """Return the customer's own site; that it cannot be said now is no reason to say nothing."""
    if found.customer_id is not None:
        with suppress(Failure):
            return gateway_services().sites.own_door(found.customer_id)
    return None


def _page(template: str, *, status: int = 200, **shown: object) -> Response:
    network = current_host().network
    return make_response(render_template(template, network=network, **shown), status)
