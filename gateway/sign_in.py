"""Signing in and out on the admin host, and what the sign-in on a site's host shares with it."""

from contextlib import suppress
from typing import Literal
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from gateway import second_step
from gateway.auth import SIGN_IN, open_to_all, services, sign_in, sign_out
from gateway.calls import gateway_services
from gateway.hosts import current_host
from gateway.limits import limits, spelling, subscriber
from gateway.routing import is_local_path
from gateway.sessions import own_session
from kernel.contracts.customers import Credentials
from kernel.contracts.second_factors import SignInAnswer
from kernel.contracts.sites import VisitEnd
from kernel.errors import Failure, Unauthenticated

blueprint = Blueprint("sign_in", __name__)

Page = Response | str | tuple[str, int]


@blueprint.get(SIGN_IN)
@open_to_all
def show() -> Page:
    if current_user.is_authenticated:
        return redirect(wanted("/"), 303)
    return render_template("sign_in.html", door="admin", error=None, next=wanted(""))


@blueprint.post(SIGN_IN)
@open_to_all
def enter() -> Page:
    try:
        answer = prove("admin")
    except Unauthenticated as failure:
        return render_template("sign_in.html", door="admin", error=failure, next=wanted("")), 401
    return go_on(answer, wanted("/"))


@blueprint.post("/sign-out")
@open_to_all
def leave() -> Page:
    """End the session here, and with it every visit that began in it."""
    if current_user.is_authenticated:
        end = VisitEnd(cause="signed out", admin_session=own_session().handle)
        # The session is gone in any case, and no visit outlives it; the rows only say so sooner.
        with suppress(Failure):
            gateway_services().sites.end_visits(end)
        with suppress(Failure):
            services().customers.sign_out()
    sign_out()
    return redirect(SIGN_IN, 303)


def prove(door: Literal["admin", "site"], customer_id: UUID | None = None) -> SignInAnswer:
    """Return whose login and password were sent, or the second step. Raises Unauthenticated, TooMany."""
    login = request.form.get("login", "").strip()[:320]
    address = request.remote_addr or ""
    network = str(current_host().network.id)
    limits().spend(limits().sign_in, "sign-in", network, "address", subscriber(address))
    limits().spend(limits().sign_in, "sign-in", network, "account", spelling(login))
    return _check(login, request.form.get("password", "")[:1024], door, customer_id)


def enter_with(login: str, password: str) -> Response:
    """Sign somebody in on the admin host who has just chosen his password, and show the console."""
    return go_on(_check(login, password, "admin"), "/")


def go_on(answer: SignInAnswer, page: str) -> Response:
    """Let in who has shown enough, and ask everybody else for the second step; then show ``page``."""
    if answer.standing:
        sign_in(answer.standing)
        return redirect(page, 303)
    if answer.challenge is None:
        raise Unauthenticated
    return second_step.begin(answer.challenge, page)


def _check(
    login: str, password: str, door: Literal["admin", "site"], customer_id: UUID | None = None
) -> SignInAnswer:
    credentials = Credentials(
        login=login,
        password=password,
        door=door,
        customer_id=customer_id,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string[:1000],
    )
    return gateway_services().customers.sign_in(credentials)


def wanted(otherwise: str) -> str:
    """Return the page that was asked for before signing in, if it is one of this host."""
    target = request.values.get("next", "")
    return target if is_local_path(target) and not target.startswith(SIGN_IN) else otherwise
