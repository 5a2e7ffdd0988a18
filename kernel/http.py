"""Requests and answers over HTTP, wherever there are any: contracts read and written, failures, health.

What only a service has, its database first of all, is in ``kernel.web``: the gateway loads none of it.
"""

from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import TypeVar

import structlog
from flask import Flask, Response, g, request, stream_with_context
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from kernel import metrics
from kernel.contracts.problems import FieldProblem, Problem
from kernel.errors import N_, BadRequest, Failure, Invalid, problem_of
from kernel.ids import new_id
from kernel.streams import with_end

log = structlog.get_logger()

C = TypeVar("C", bound=BaseModel)

OPEN = {"healthz", "readyz", "metrics"}
REQUEST_ID = "X-Request-Id"


def begin_request() -> None:
    """Give the request an id, which goes along to every process it reaches and into every log line."""
    g.began = perf_counter()
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if given.isascii() and given.replace("-", "").isalnum() and len(given) <= 64 else ""
    g.request_id = g.request_id or str(new_id())
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


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
