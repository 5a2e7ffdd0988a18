"""What the HTTP side of every service shares: its database, the token, the deadline.

A route without ``@needs`` is refused, so that a forgotten permission closes a door and opens none.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

import structlog
from flask import Flask, Response, current_app, g, request
from sqlalchemy import text

from kernel import deadline, metrics, origin
from kernel.auth import Identity, TokenNotValid, Verifier
from kernel.config import Settings
from kernel.contracts.access import OnAVisit
from kernel.database import STATEMENT_TIMEOUT, Database, UnitOfWork
from kernel.errors import N_, Forbidden
from kernel.http import (
    OPEN,
    REQUEST_ID,
    add_health,
    answer,
    begin_request,
    body,
    not_valid,
    nothing,
    problem_of_any,
    query,
    streamed,
)
from kernel.visiting import refuse_on_a_visit

__all__ = [
    "OPEN",
    "REQUEST_ID",
    "answer",
    "body",
    "create_service",
    "database",
    "identity",
    "needs",
    "not_valid",
    "nothing",
    "query",
    "streamed",
    "unit_of_work",
]

log = structlog.get_logger()

V = TypeVar("V", bound=Callable[..., Any])
Confirm = Callable[[UnitOfWork], None]

NETWORK = "Atoll-Network"


def create_service(
    name: str, settings: Settings, database: Database, *, confirm: Confirm | None = None
) -> Flask:
    """Return the Flask application of a service, without its routes.

    ``confirm`` is run in each unit of work before the view's own statements; it raises when the
    identity no longer stands.
    """
    app = Flask(f"services.{name}", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 2 * 1024 * 1024
    app.extensions["atoll"] = _Service(
        name, database, Verifier(name, settings.public_keys), confirm, settings.deadline
    )
    app.before_request(_begin)
    app.before_request(_let_in)
    app.after_request(partial(_end, name))
    app.register_error_handler(Exception, _answer_failure)
    add_health(app, ready=partial(_ping, database))
    return app


class _Service:
    def __init__(
        self, name: str, database: Database, verifier: Verifier, confirm: Confirm | None, longest: float
    ) -> None:
        self.name, self.database, self.verifier = name, database, verifier
        self.confirm, self.longest = confirm, longest


def needs(*any_of: str, visit: OnAVisit | None = None) -> Callable[[V], V]:
    """Say which permissions open a route; one of them is enough.

    ``visit``: what an admin who is switched to a site may do with it; every route that a site's owner
    may use says so, and to all others no visit holds a permission.
    """

    def mark(view: V) -> V:
        view.needs, view.visit = any_of, visit  # type: ignore[attr-defined]
        return view

    return mark


def identity() -> Identity:
    """Return on whose behalf this request is made."""
    asking: Identity = g.identity
    return asking


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """Open a transaction for the request's identity, with what is left of its deadline."""
    service: _Service = current_app.extensions["atoll"]
    # Zero would mean "no limit" to PostgreSQL.
    timeout = max(1, int(deadline.left(STATEMENT_TIMEOUT / 1000) * 1000))
    with service.database.unit_of_work(identity(), request_id=g.request_id, timeout=timeout) as uow:
        if service.confirm is not None:
            service.confirm(uow)
        yield uow


def database() -> Database:
    """Return the service's database, for the few views that need more than one transaction."""
    service: _Service = current_app.extensions["atoll"]
    return service.database


def _begin() -> None:
    begin_request()
    origin.set_address(request.headers.get(origin.HEADER))
    service: _Service = current_app.extensions["atoll"]
    allowed = deadline.of_header(request.headers.get(deadline.HEADER), service.longest)
    g.deadline = deadline.within(allowed)
    g.deadline.__enter__()


def _let_in() -> None:
    if request.endpoint in OPEN:
        return
    service: _Service = current_app.extensions["atoll"]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        raise TokenNotValid(N_("There is no token."))
    g.identity = service.verifier.read(token)
    if request.headers.get(NETWORK, "") != str(g.identity.network_id or ""):
        raise TokenNotValid(N_("The token is for another network."))
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None:
        any_of = getattr(view, "needs", ())
        if not any_of:
            raise Forbidden(N_("Nobody has said who may do this."))
        g.identity.require(*any_of)
        refuse_on_a_visit(g.identity, getattr(view, "visit", None))


def _end(name: str, response: Response) -> Response:
    seconds = perf_counter() - g.began
    route = request.url_rule.rule if request.url_rule else "none"
    metrics.requests.labels(name, route, request.method, str(response.status_code)).observe(seconds)
    if request.endpoint not in OPEN:
        log.info(
            "request",
            route=route,
            method=request.method,
            status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
        )
    response.headers[REQUEST_ID] = g.request_id
    if "deadline" in g:
        g.pop("deadline").__exit__(None, None, None)
    return response


def _answer_failure(reason: Exception) -> Response:
    problem = problem_of_any(reason, g.get("request_id", ""))
    response = Response(
        problem.model_dump_json(), status=problem.status, content_type="application/problem+json"
    )
    retry_after = getattr(reason, "retry_after", None) or (2 if problem.status == 503 else None)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _ping(database: Database) -> None:
    with database.unit_of_work(Identity.gateway(None), timeout=2000) as uow:
        uow.session.execute(text("SELECT 1"))
