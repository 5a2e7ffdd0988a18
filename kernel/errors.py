"""One class per HTTP meaning; outcomes that a person can meet subclass them beside their rule.

The message is an English sentence with named places, ``"At most %(left)s can be refunded."``;
it travels as template and values, so the gateway can say it in the reader's language.
"""

from collections.abc import Mapping
from typing import ClassVar

from kernel.contracts.problems import FieldProblem, Problem


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext's extractors look for
    """Mark a sentence for translation where it is written; it is translated where it is read."""
    return sentence


class Filled(str):
    """A sentence with its places filled: ``Filled(N_("At most %(most)s characters."), most=200)``.

    It remembers template and values, so that another process can say it in another language.
    """

    __slots__ = ("params", "template")
    template: str
    params: dict[str, str]

    def __new__(cls, template: str, **params: object) -> "Filled":
        named = {name: str(value) for name, value in params.items()}
        made = super().__new__(cls, template % named if named else template)
        made.template, made.params = template, named
        return made


class Failure(Exception):
    """Something a caller is told about: HTTP ``status``, a sentence, and fields that are wrong.

    ``code`` is the wire name: the class's own, or what the other process said.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        template: str = "",
        *,
        fields: Mapping[str, str] | None = None,
        retry_after: int | None = None,
        code: str = "",
        **params: object,
    ) -> None:
        self.template = template or self.title
        self.params = {name: str(value) for name, value in params.items()}
        self.fields = dict(fields or {})
        self.retry_after = retry_after
        self.code = code or type(self).__name__
        super().__init__(self.template % self.params if self.params else self.template)


class BadRequest(Failure):
    """The request cannot be read at all."""

    status = 400
    title = "Bad request"


class Unauthenticated(Failure):
    """Nobody is signed in, or the token is not good here."""

    status = 401
    title = "Not signed in"


class Forbidden(Failure):
    """The caller is known and may not."""

    status = 403
    title = "Not allowed"


class NotFound(Failure):
    """There is no such thing here; another network's looks exactly the same."""

    status = 404
    title = "Not found"


class Conflict(Failure):
    """The thing is not in a state that allows this, or somebody else changed it."""

    status = 409
    title = "Conflict"


class PreconditionFailed(Failure):
    """``If-Match`` names a version that is no longer the present one (RFC 9110, 13.1.1)."""

    status = 412
    title = "Changed meanwhile"


class TooLarge(Failure):
    """The body is larger than we read."""

    status = 413
    title = "Too large"


class Invalid(Failure):
    """What was sent can be read but is wrong; ``fields`` says where."""

    status = 422
    title = "Not valid"


class PreconditionMissing(Failure):
    """The request must say which version it is about (RFC 6585, 3)."""

    status = 428
    title = "Version missing"


class TooMany(Failure):
    """Too often; ``retry_after`` in seconds."""

    status = 429
    title = "Too many requests"


class Unavailable(Failure):
    """Something we need does not answer right now; it may heal."""

    status = 503
    title = "Not available"


FAMILIES: dict[int, type[Failure]] = {
    family.status: family
    for family in (
        BadRequest, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, TooLarge, Invalid,
        PreconditionMissing, TooMany, Unavailable,
    )
}  # fmt: skip


def problem_of(failure: Failure, request_id: str = "") -> Problem:
    """Return the RFC 9457 body of a failure."""
    return Problem(
        title=failure.title,
        status=failure.status,
        detail=str(failure),
        code=failure.code,
        template=failure.template,
        params=failure.params,
        fields=[_field_problem(name, text) for name, text in failure.fields.items()],
        request_id=request_id,
    )


def failure_of(problem: Problem, retry_after: int | None = None) -> Failure:
    """Return the failure that another process told us of, in the class of its HTTP meaning."""
    family = FAMILIES.get(problem.status, Failure)
    fields = {field.field: _sentence_of(field) for field in problem.fields}
    failure = family(problem.template, fields=fields, retry_after=retry_after, code=problem.code)
    failure.params = dict(problem.params)
    failure.args = (problem.detail,)
    return failure


def _field_problem(name: str, text: str) -> FieldProblem:
    if isinstance(text, Filled):
        return FieldProblem(field=name, message=text, template=text.template, params=text.params)
    return FieldProblem(field=name, message=text)


def _sentence_of(field: FieldProblem) -> str:
    return Filled(field.template, **field.params) if field.template else field.message
