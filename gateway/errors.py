"""Every failure as a page in the reader's language, or as problem+json under ``/api``."""

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import ENDED, sign_out, to_sign_in
from gateway.hosts import arrived
from gateway.sessions import SESSIONS_AWAY
from gateway.visits import OVER, VisitOver
from gateway.words import said, said_fields
from kernel.errors import (
    FAMILIES,
    N_,
    BadRequest,
    Failure,
    NotFound,
    Unauthenticated,
    Unavailable,
    problem_of,
)

RETRY_AFTER = 5  # seconds, when a failure does not say
API = "/api/"

FORM_TOO_OLD = N_(
    "This form is too old or was not sent from its own page. Open the page again and send it once more."
)
WENT_WRONG = N_("Something went wrong here. It has been written down.")
NO_PAGE = N_("There is no page here. Check the address, or go back to where you came from.")
NO_METHOD = N_("This address cannot be asked for in this way.")
NO_HOST = N_(
    "No site answers on %(host)s. Check the address; a new domain works once it is mapped to a site."
)

SENTENCES = {
    400: N_("What your browser sent cannot be read."),
    403: N_("You may not do this."),
    404: NO_PAGE,
    405: NO_METHOD,
    413: N_("What you sent is too large."),
    429: N_("That was too often. Please wait a moment and try again."),
    503: N_("This is not available right now. Please try again in a moment."),
}
TITLES = {
    400: N_("Bad request"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Not possible like this"),
    409: N_("Conflict"),
    412: N_("Changed meanwhile"),
    413: N_("Too large"),
    422: N_("Not valid"),
    428: N_("Version missing"),
    429: N_("Too many requests"),
    500: N_("Something went wrong"),
    503: N_("Not available"),
}

log = structlog.get_logger()


class WrongMethod(Failure):
    """The page is there, but cannot be asked for in this way."""

    status = 405
    title = "Not possible like this"


class UnknownHost(NotFound):
    """Nothing of ours answers on the host name that was asked for."""


FAMILY = FAMILIES | {405: WrongMethod}


def install_errors(app: Flask) -> None:
    """Answer every exception; one border for all views."""
    app.register_error_handler(Exception, answer)


def answer(reason: Exception) -> AnyResponse:
    """Return what the outside sees of an exception."""
    if isinstance(reason, HTTPException) and reason.code and reason.code < 400:
        return reason.get_response()
    failure = failure_behind(reason)
    if request.path.startswith(API):
        return _with_allowed(as_problem(failure), reason)
    if isinstance(failure, VisitOver) or (isinstance(failure, Unauthenticated) and current_user.stay):
        sign_out()
        return as_page(VisitOver(OVER))
    if isinstance(failure, Unauthenticated) and arrived().host:
        sign_out()
        return to_sign_in(ENDED)
    return _with_allowed(as_page(failure), reason)


def _with_allowed(response: Response, reason: Exception) -> Response:
    if isinstance(reason, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(reason.valid_methods or ()))
    return response


def failure_behind(reason: Exception) -> Failure:
    """Return the failure that an exception means; of one nobody foresaw, no more than that."""
    cause = getattr(reason, "original_exception", None) or reason
    if isinstance(cause, Failure):
        return cause
    if isinstance(cause, RedisError):
        log.error("redis does not answer", kind=type(cause).__name__)
        return Unavailable(SESSIONS_AWAY, retry_after=RETRY_AFTER)
    if isinstance(cause, CSRFError):
        return BadRequest(FORM_TOO_OLD, code="FormTooOld")
    if isinstance(cause, HTTPException) and cause.code in SENTENCES:
        return FAMILY.get(cause.code, Failure)(SENTENCES[cause.code])
    log.error("unforeseen", kind=type(cause).__name__, exc_info=cause)
    return Failure(WENT_WRONG, code="InternalError")


def as_problem(failure: Failure) -> Response:
    """Return RFC 9457 problem details, said in the caller's language."""
    problem = problem_of(failure, g.get("request_id", ""))
    sentences = said_fields(failure)
    fields = [field.model_copy(update={"message": sentences[field.field]}) for field in problem.fields]
    problem = problem.model_copy(update={"detail": said(failure), "fields": fields})
    response = Response(
        problem.model_dump_json(), status=failure.status, content_type="application/problem+json"
    )
    if failure.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return _with_retry(response, failure)


def as_page(failure: Failure) -> Response:
    """Return the error page; when not even that can be made, its sentence alone."""
    status = failure.status
    title, message = gettext(TITLES.get(status, failure.title)), said(failure)
    try:
        page = render_template(
            "errors/error.html",
            status=status,
            title=title,
            message=message,
            request_id=g.get("request_id", ""),
        )
        response = make_response(page, status)
    except (TemplateError, Failure, RedisError):
        log.exception("the error page failed")
        response = Response(f"{title}\n\n{message}\n", status, content_type="text/plain; charset=utf-8")
    return _with_retry(response, failure)


def _with_retry(response: Response, failure: Failure) -> Response:
    if failure.retry_after or failure.status in (429, 503):
        response.headers["Retry-After"] = str(failure.retry_after or RETRY_AFTER)
    return response
