"""The page that an invitation leads to: for somebody who is not signed in, and may not be known yet."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import open_to_all
from gateway.calls import gateway_services
from gateway.hosts import current_host
from gateway.limits import limits, subscriber
from gateway.security import tell_nobody
from gateway.sign_in import enter_with
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.admins import InvitationAcceptance, InvitationLink, InvitationShown
from kernel.errors import N_, Failure, Invalid, NotFound

views = Blueprint("invitations", __name__)
views.after_request(tell_nobody)

LONGEST_TOKEN = 200
SENTENCES = {
    "name": N_("A name has at most 200 characters."),
    "password": N_("A password has at most 1024 characters."),
}


@views.get("/links/invite")
@open_to_all
def show() -> Response:
    """Say who invites to what; nothing changes, for mail scanners open links too."""
    token = request.args.get("token", "")
    return _form(token, _invitation(token))


@views.post("/links/invite")
@open_to_all
def accept() -> AnyResponse:
    """Become an admin, and sign in with the password just chosen."""
    token = request.form.get("token", "")
    invitation = _invitation(token)
    typed = {"token": token, **{name: request.form.get(name, "") for name in SENTENCES}}
    try:
        given = read_form(InvitationAcceptance, typed, SENTENCES)
        accepted = gateway_services().customers.accept_invitation(given)
    except Invalid as failure:
        return _form(token, invitation, failure)
    return enter_with(accepted.email, given.password)


def _invitation(token: str) -> InvitationShown:
    """Return the invitation behind a link. Raises NotFound, TooMany."""
    address = subscriber(request.remote_addr or "")
    limits().spend(limits().sign_in, "invitation", str(current_host().network.id), "address", address)
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise NotFound(N_("This invitation has been used, withdrawn, or is too old. Ask for a new one."))
    return gateway_services().customers.invitation(InvitationLink(token=token))


def _form(token: str, invitation: InvitationShown, failure: Failure | None = None) -> Response:
    values: dict[str, Any] = {"name": request.form.get("name", invitation.name), "password": ""}
    return page(
        "invitations/accept.html",
        menu="",
        status=failure.status if failure else 200,
        token=token,
        invitation=invitation,
        values=values,
        errors=errors_of(failure),
    )
