"""What makes a view an operation of the API: its scope, its contracts, its place in the OpenAPI document."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, request
from pydantic import BaseModel

from gateway.api.keys import api_identity, forget_key, let_in
from kernel.errors import Unauthenticated
from kernel.http import answer, nothing


@dataclass(frozen=True)
class Operation:
    """``scope`` is the permission the key must have; ``answers`` None means 204.

    ``has_etag``: the answer carries an ``ETag``; ``is_made``: it is a 201 and says where what was made is;
    ``is_conditional``: the request must carry ``If-Match``, ``moves_money``: an ``Idempotency-Key``.
    ``file`` is the media type of an answer that is a file and no contract; ``status`` that of an answer.
    """

    summary: str
    scope: str
    answers: type[BaseModel] | None
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    file: str = ""
    has_etag: bool = False
    is_made: bool = False
    is_conditional: bool = False
    moves_money: bool = False
    status: int = 200


def idempotency_key() -> str:
    """Return the key that the caller sent along; the services refuse to move money without."""
    return request.headers.get("Idempotency-Key", "")


View = Callable[..., BaseModel | Response | None]


def operation(
    *,
    scope: str,
    answers: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    file: str = "",
    is_confirmed_by_customers: bool = False,
    etag: Callable[[Any], str] | None = None,
    makes: Callable[[Any], str] | None = None,
    is_conditional: bool = False,
    is_begun: bool = False,
    moves_money: bool = False,
) -> Callable[[View], Callable[..., Response]]:
    """Make a view that returns its contract into an operation; its docstring is the summary.

    ``is_confirmed_by_customers``: the view's own call goes to customers, which confirms the key. ``etag``
    makes the tag of what is answered, ``makes`` the address of what was made, or ``is_begun`` and goes on.
    ``moves_money``: the view hands ``idempotency_key()`` to the service, which carries out once what has it.
    """
    status = 202 if is_begun else 201 if makes else 200

    def decorate(view: View) -> Callable[..., Response]:
        def carry_out(**named: Any) -> BaseModel | Response | None:
            api_identity().require(scope)
            return view(**named)

        @wraps(view)
        def answered(**named: Any) -> Response:
            let_in(proof_may_be_old=is_confirmed_by_customers)
            try:
                found = carry_out(**named)
            except Unauthenticated:
                if not forget_key():
                    raise
                # The proof was an old one, and the key may do less by now, or nothing.
                let_in(proof_may_be_old=False)
                found = carry_out(**named)
            if isinstance(found, Response):
                return found
            said = answer(found, status) if found is not None else nothing()
            if etag:
                said.headers["ETag"] = etag(found)
            if makes:
                said.headers["Location"] = makes(found)
            return said

        summary = (view.__doc__ or "").partition("\n")[0]
        answered.operation = Operation(  # type: ignore[attr-defined]
            summary,
            scope,
            answers,
            query,
            body,
            file,
            has_etag=etag is not None,
            is_made=makes is not None,
            is_conditional=is_conditional,
            moves_money=moves_money,
            status=status,
        )
        answered.is_open = True  # type: ignore[attr-defined]  # the key lets in, not the session
        return answered

    return decorate
