"""The second step of signing in, on every host: nobody is signed in until the code was right.

What the browser has in between is a session that holds the challenge and nothing else, for five minutes.
"""

from hashlib import sha256
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.auth import SIGN_IN, on_a_visit, open_to_all, sign_in, sign_out
from gateway.calls import gateway_services
from gateway.hosts import current_host
from gateway.limits import limits, subscriber
from gateway.routing import SiteBlueprint
from gateway.sessions import own_session, sessions
from kernel import clock
from kernel.contracts.second_factors import Challenge, SecondStep
from kernel.errors import N_, Unauthenticated

admin = Blueprint("second_step", __name__)
site = SiteBlueprint("site_second_step", __name__)

PATH = "/sign-in/code"
BEGUN = "second_step"
TOO_LATE = N_("This sign-in has taken too long. Begin once more.")

Page = Response | str | tuple[str, int]


def begin(challenge: Challenge, page: str) -> Response:
    """Remember the challenge in a new session, and ask for the code; ``page`` is shown in the end."""
    sign_out()
    sessions().shorten(own_session(), challenge.expires_at - clock.now())
    session[BEGUN] = {"token": challenge.token, "page": page}
    return redirect(PATH, 303)


@admin.get(PATH)
@site.get(PATH)
@open_to_all
@on_a_visit("never")
def show() -> Page:
    return _form() if BEGUN in session else redirect(SIGN_IN, 303)


@admin.post(PATH)
@site.post(PATH)
@open_to_all
@on_a_visit("never")
def enter() -> Page:
    """Sign in with the code; a wrong one can be corrected until the account rests."""
    begun: dict[str, Any] | None = session.get(BEGUN)
    if begun is None:
        return _begin_again()
    try:
        standing = gateway_services().customers.take_second_step(_step(begun["token"]))
    except Unauthenticated as failure:
        if failure.code == "ChallengeNotValid":
            return _begin_again()
        return _form(failure), 401
    sign_in(standing)
    return redirect(begun["page"], 303)


def _step(token: str) -> SecondStep:
    """Return what was sent. Raises TooMany."""
    address, network = request.remote_addr or "", str(current_host().network.id)
    limits().spend(limits().sign_in, "second-step", network, "address", subscriber(address))
    limits().spend(limits().sign_in, "second-step", network, sha256(token.encode()).hexdigest())
    return SecondStep(
        token=token,
        code=request.form.get("code", "")[:100],
        ip=address,
        user_agent=request.user_agent.string[:1000],
    )


def _begin_again() -> Response:
    sign_out()
    flash(gettext(TOO_LATE), "warning")
    return redirect(SIGN_IN, 303)


def _form(error: Unauthenticated | None = None) -> str:
    return render_template("second_step.html", network=current_host().network, error=error)
