"""What the HTTP side of every service shares: the token, the deadline, problem+json, health.

A route without ``@needs`` is refused, so that a forgotten permission closes a door and opens none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

import structlog
from flask import Flask, Response, current_app, g, request, stream_with_context
from pydantic import BaseModel, ValidationError
from sqlalchemy import text
from werkzeug.exceptions import HTTPException

from kernel import deadline, metrics, origin
from kernel.auth import Identity, TokenNotValid, Verifier
from kernel.config import Settings
from kernel.contracts.problems import FieldProblem, Problem
from kernel.database import STATEMENT_TIMEOUT, Database, UnitOfWork
from kernel.errors import N_, BadRequest, Failure, Forbidden, Invalid, problem_of
from kernel.ids import new_id
from kernel.streams import with_end

log = structlog.get_logger()

C = TypeVar("C", bound=BaseModel)
V = TypeVar("V", bound=Callable[..., Any])
Confirm = Callable[[UnitOfWork], None]

OPEN = {"healthz", "readyz", "metrics"}
REQUEST_ID = "X-Request-Id"
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


def needs(*any_of: str) -> Callable[[V], V]:
    """Say which permissions open a route; one of them is enough."""

    def mark(view: V) -> V:
        view.needs = any_of  # type: ignore[attr-defined]
        return view

    return mark


def identity() -> Identity:
    """Return on whose behalf this request is made."""
    asking: Identity = g.identity
    return asking


def body(contract: type[C]) -> C:
    """Return the JSON body as the contract. Raises BadRequest, or Invalid with the fields."""
    try:
        read = contract.model_validate_json(request.get_data())
        if unstorable := fields_with_nul(read):
            raise Invalid(N_("Some fields are not valid."), fields=unstorable)
        return read
    except ValidationError as wrong:
        raise not_valid(wrong) from wrong


def fields_with_nul(said: BaseModel) -> dict[str, str]:
    """Return the fields that hold the one character that PostgreSQL cannot keep, and what to say of them."""
    sentence = N_("This holds a character that cannot be stored.")
    return {name: sentence for name, value in said.__dict__.items() if _holds_nul(value)}


def _holds_nul(value: object) -> bool:
    """Whether a text holds it, or one inside: what a container prints of its texts is escaped."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, BaseModel):
        return _holds_nul(value.__dict__)
    if isinstance(value, Mapping):
        return any(map(_holds_nul, (*value, *value.values())))
    return isinstance(value, list | tuple) and any(map(_holds_nul, value))


def query(contract: type[C]) -> C:
    """Return the query string as the contract. Raises Invalid with the fields."""
    try:
        return contract.model_validate(request.args.to_dict())
    except ValidationError as wrong:
        raise not_valid(wrong) from wrong


def not_valid(wrong: ValidationError) -> Failure:
    """Return what a caller is told of a body that does not fit its contract."""
    found = wrong.errors(include_url=False, include_context=False, include_input=False)
    if any(error["type"] == "json_invalid" for error in found):
        return BadRequest(N_("The body is no JSON."))
    fields = {".".join(str(part) for part in error["loc"]): error["msg"] for error in found}
    return Invalid(N_("Some fields are not valid."), fields=fields)


def answer(contract: BaseModel, status: int = 200) -> Response:
    """Return the contract as JSON."""
    return Response(contract.model_dump_json(), status=status, content_type="application/json")


def streamed(pieces: Iterable[bytes], content_type: str) -> Response:
    """Return an answer that is sent while it is made, inside this request; ``Caller.stream`` reads it."""
    return Response(stream_with_context(with_end(pieces)), content_type=content_type)


def nothing() -> Response:
    """Return 204: done, and there is nothing to say."""
    return Response(status=204)


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


def begin_request() -> None:
    """Give the request an id, which goes along to every process it reaches and into every log line."""
    g.began = perf_counter()
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if given.isascii() and given.replace("-", "").isalnum() and len(given) <= 64 else ""
    g.request_id = g.request_id or str(new_id())
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


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


def problem_of_any(reason: Exception, request_id: str) -> Problem:
    """Return what the outside is told of an exception; of one we did not foresee, nothing but the id."""
    if isinstance(reason, Failure):
        return problem_of(reason, request_id)
    if isinstance(reason, HTTPException):
        status = reason.code or 500
        said = reason.description or ""
        return Problem(
            title=reason.name, status=status, detail=said, code=type(reason).__name__, request_id=request_id
        )
    log.error("unforeseen", kind=type(reason).__name__, exc_info=reason)
    said = N_("Something went wrong here. It has been written down.")
    return Problem(
        title="Internal error",
        status=500,
        detail=said,
        template=said,
        code="InternalError",
        request_id=request_id,
        fields=list[FieldProblem](),
    )


def add_health(app: Flask, *, ready: Callable[[], None]) -> None:
    """Add ``/healthz`` (the process runs), ``/readyz`` (and what it needs answers) and ``/metrics``."""

    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain")

    def readyz() -> Response:
        ready()
        return Response("ready\n", content_type="text/plain")

    def expose() -> Response:
        return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)

    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", expose)


def _ping(database: Database) -> None:
    with database.unit_of_work(Identity.gateway(None), timeout=2000) as uow:
        uow.session.execute(text("SELECT 1"))
