"""Routes that move money: carried out once for each ``Idempotency-Key``, and answered the same again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from kernel.web import unit_of_work
from services.billing import idempotency
from services.billing.idempotency import Answer

HEADER = "Idempotency-Key"


def once(view: Callable[..., Response]) -> Callable[..., Response]:
    """Give the view a unit of work, and let the caller's key decide whether it is run at all.

    Every POST that moves money is marked so, below ``@needs``; its view takes ``uow`` first.
    """

    @wraps(view)
    def answered(**named: Any) -> Response:
        request_hash = idempotency.hash_of(request.method, request.full_path, request.get_data())

        with unit_of_work() as uow:

            def carry_out() -> Answer:
                said = view(uow, **named)
                return Answer(said.status_code, said.get_data(as_text=True))

            said = idempotency.once(uow, request.headers.get(HEADER, ""), request_hash, carry_out)
        return Response(said.body, status=said.status, content_type="application/json")

    answered.moves_money = True  # type: ignore[attr-defined]
    return answered
