"""Who is signed in, what they may do, and the calls to services made in their name.

Views are closed unless marked ``@open_to_all``, and before a closed view runs it is confirmed that
the person still stands.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, flash, g, redirect, request, session
from flask_babel import gettext
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user, login_user
from redis import Redis
from werkzeug.wrappers import Response as AnyResponse

from gateway import visits
from gateway.calls import identity_of, services_for
from gateway.hosts import arrived, current_host
from gateway.lately import Lately
from gateway.routing import ADMIN, is_local_path
from gateway.sessions import VISIT_LIFETIME, own_session, sessions
from gateway.visits import Stay
from kernel.auth import Identity
from kernel.clients import Bound
from kernel.contracts.access import SITE_OWNER, OnAVisit, Role
from kernel.contracts.customers import Standing
from kernel.errors import N_, Unauthenticated, Unavailable
from kernel.visiting import refuse_on_a_visit

SEEN_EVERY = 60  # seconds
SIGN_IN = "/sign-in"
SECOND_FACTOR = "/account/second-factor"
ENDED = N_("You have been signed out. Please sign in again.")

P = ParamSpec("P")
T = TypeVar("T")


class Person(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """Who is signed in here, as of the last confirmation; ``stay`` while an admin acts for an owner."""

    def __init__(self, standing: Standing, stay: Stay | None = None) -> None:
        self.standing = standing
        self.stay = stay

    def get_id(self) -> str:
        return str(self.standing.account_id)

    @property
    def name(self) -> str:
        return self.standing.name

    @property
    def email(self) -> str:
        return self.standing.email

    @property
    def time_zone(self) -> str:
        return self.standing.time_zone

    @property
    def role(self) -> Role | None:
        return self.standing.role

    @property
    def permissions(self) -> frozenset[str]:
        """What this person may do on this host: on a site's, never more than its owner may."""
        if self.stay:
            return self.stay.identity.permissions
        return frozenset(self.standing.permissions) if current_host().kind == ADMIN else SITE_OWNER

    @property
    def identity(self) -> Identity:
        if self.stay:
            return self.stay.identity
        return identity_of(self.standing, self.permissions)


class Nobody(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """Nobody is signed in."""

    name = ""
    time_zone = ""
    permissions: frozenset[str] = frozenset()
    stay: Stay | None = None


def install_auth(app: Flask) -> None:
    """Let the session say who is signed in, and have every request confirmed."""
    manager = LoginManager(app)
    manager.anonymous_user = Nobody
    manager.session_protection = None  # the session is on the server and bound to its host already
    manager.user_loader(_load_person)
    app.extensions["sightings"] = Lately(SEEN_EVERY / 2)
    app.before_request(_confirm)
    app.context_processor(lambda: {"visit": current_user.stay})


def open_to_all(view: Callable[P, T]) -> Callable[P, T]:
    """Mark a view that needs nobody to be signed in."""
    view.is_open = True  # type: ignore[attr-defined]
    return view


def on_a_visit(mark: OnAVisit) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Say what an admin who is switched to the site may do with a view; each on a site's host says it."""

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        view.visit = mark  # type: ignore[attr-defined]
        return view

    return decorate


def confirmed_by_customers(view: Callable[P, T]) -> Callable[P, T]:
    """Mark a view whose own first call goes to customers, which confirms the person by itself."""
    view.is_confirmed_by_customers = True  # type: ignore[attr-defined]
    return view


def before_second_factor(view: Callable[P, T]) -> Callable[P, T]:
    """Mark a view for admins who must set their second factor up before they may do anything else."""
    view.is_before_second_factor = True  # type: ignore[attr-defined]
    return view


def needs(*any_of: str, visit: OnAVisit | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Refuse the view to those who hold none of the permissions; the service asks again.

    ``visit``: as ``on_a_visit`` says it; the views of the admin host need none, no visit is there.
    """

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*positional: P.args, **named: P.kwargs) -> T:
            identity().require(*any_of)
            return view(*positional, **named)

        return on_a_visit(visit)(guarded) if visit else guarded

    return decorate


def identity() -> Identity:
    """Return on whose behalf this request is made. Raises Unauthenticated."""
    if not current_user.is_authenticated:
        raise Unauthenticated(N_("Please sign in first."))
    own: Identity = current_user.identity
    return own


def services() -> Bound:
    """Return the services, called in the name of who is signed in; answers last as long as the request."""
    if "services" not in g:
        g.services = services_for(identity())
    called: Bound = g.services
    return called


def sign_in(standing: Standing, stay: Stay | None = None) -> None:
    """Begin a new session for somebody; whatever the browser's old one held is gone."""
    _renew()
    session["standing"] = standing.model_dump(mode="json")
    session["arrived"] = _arrival()
    if stay:
        sessions().shorten(own_session(), VISIT_LIFETIME)
        session["visit"] = stay.model_dump(mode="json")
    login_user(Person(standing, stay), remember=False, fresh=stay is None)


def _arrival() -> dict[str, str]:
    """Return what is kept of where a session began, to know it by in a list."""
    agent = request.user_agent.string[:300]
    return {"ip": request.remote_addr or "", "agent": agent, "host": arrived().name}


def sign_out() -> None:
    """Empty the session and give the browser a new one."""
    _renew()
    current_app.login_manager._update_request_context_with_user()  # type: ignore[attr-defined]


def to_sign_in(reason: str = "") -> AnyResponse:
    """Send the browser to the sign-in page, and back here afterwards."""
    if reason:
        flash(gettext(reason), "warning")
    if request.headers.get("HX-Request"):
        return _whole_page_to(SIGN_IN, 401)
    return redirect(SIGN_IN + _way_back(), 303)


def _to(path: str) -> AnyResponse:
    """Send the browser to another page, wherever it wanted to go."""
    return _whole_page_to(path, 403) if request.headers.get("HX-Request") else redirect(path, 303)


def _whole_page_to(path: str, status: int) -> Response:
    """Have htmx, which asks for a piece of a page, let the whole page go."""
    return Response(status=status, headers={"HX-Redirect": path})


def _way_back() -> str:
    wanted = request.full_path.rstrip("?")
    if request.method != "GET" or wanted == "/" or not is_local_path(wanted):
        return ""
    return f"?next={quote(wanted, safe='/')}"


def _renew() -> None:
    sessions().renew(own_session())
    g.pop("services", None)
    g.pop("csrf_token", None)  # Flask-WTF remembers the old session's for the length of the request


def _load_person(account_id: str) -> Person | None:
    """Return who the session says is signed in; the id alone makes nobody somebody."""
    if "standing" not in session:
        return None
    standing = Standing.model_validate(session["standing"])
    stay = Stay.model_validate(session["visit"]) if "visit" in session else None
    return Person(standing, stay) if str(standing.account_id) == account_id else None


def _confirm() -> AnyResponse | None:
    """Turn away who is not signed in, and check that who is still stands."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return None
    if getattr(view, "is_open", False):
        _drop_visit_that_is_over()
        _hold_to_mark(view)
        return None
    if not current_user.is_authenticated:
        return to_sign_in()
    if current_user.stay:
        visits.confirm(current_user.stay)
        _hold_to_mark(view)
        return None
    if not getattr(view, "is_confirmed_by_customers", False):
        _refresh()
    _note_sighting()
    if current_user.standing.must_set_up_second_factor and current_host().kind == ADMIN:
        return None if getattr(view, "is_before_second_factor", False) else _to(SECOND_FACTOR)
    return None


def _hold_to_mark(view: object) -> None:
    if current_user.stay:
        refuse_on_a_visit(current_user.stay.identity, getattr(view, "visit", None))


def _drop_visit_that_is_over() -> None:
    """A page for everybody is shown to a visitor too, but with a banner only while the visit stands."""
    if current_user.stay:
        try:
            visits.confirm(current_user.stay)
        except visits.VisitOver:
            sign_out()


def _refresh() -> None:
    """Take over what the account may do now. Raises Unauthenticated when its sessions have ended."""
    standing = services().customers.standing()
    if standing != current_user.standing:
        session["standing"] = standing.model_dump(mode="json")
        current_user.standing = standing
        g.pop("services", None)
    site = current_host().site
    if site and standing.customer_id != site.customer_id:
        raise Unauthenticated(ENDED)  # the site has another owner now


def _note_sighting() -> None:
    """Tell customers, at most once a minute, that somebody is here; it is no reason to fail a page."""
    if not current_app.extensions["sightings"].is_due(current_user.get_id()):
        return
    redis: Redis[bytes] = current_app.extensions["redis"]
    if redis.set(f"seen:{current_user.get_id()}", 1, nx=True, ex=SEEN_EVERY):
        with suppress(Unavailable):
            services().customers.seen()
