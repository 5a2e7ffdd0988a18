"""How one process calls another over HTTP: pool, deadline, retries, breaker, errors."""

from collections.abc import Iterator, Mapping
from typing import TypeVar
from urllib.parse import urlencode

import structlog
import urllib3
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import HTTPError

from kernel import deadline, metrics, origin
from kernel.auth import Identity, Signer
from kernel.breaker import Breaker, RetryBudget
from kernel.contracts.problems import Problem
from kernel.errors import N_, Failure, Unavailable, failure_of
from kernel.streams import BrokenOff, until_end

CONNECT = 1.0  # seconds
POOL = 16  # connections to one service
PIECE = 20.0  # seconds until the next piece of an answer that is streamed
PIECE_SIZE = 64 * 1024  # bytes
RETRIED = frozenset({"GET", "PUT"})  # what may be sent twice without harm
BUSY = frozenset({502, 503, 504})

C = TypeVar("C", bound=BaseModel)

log = structlog.get_logger()


class ServiceAway(Unavailable):
    """Another service is down, too slow, or says things that cannot be read."""


class Caller:
    """Calls one service; shared by all threads of a process."""

    def __init__(self, service: str, url: str, signer: Signer, longest: float) -> None:
        self.service = service
        self.breaker = Breaker()
        self.budget = RetryBudget()
        self._signer = signer
        self._longest = longest
        self._pool = urllib3.connection_from_url(url, maxsize=POOL, block=False, retries=False)

    def ask(
        self,
        method: str,
        path: str,
        *,
        identity: Identity,
        answer: type[C],
        query: Mapping[str, object] | None = None,
        body: BaseModel | None = None,
        key: str = "",
    ) -> C:
        """Call and return the answer's contract. Raises the failure the service told, or ServiceAway.

        ``key`` goes along as Idempotency-Key: what has one may be sent twice.
        """
        said = self._call(method, path, identity, query, body, key=key)
        try:
            return answer.model_validate_json(said)
        except ValidationError as wrong:
            log.error("unreadable answer", service=self.service, path=path)
            raise self._away() from wrong

    def tell(
        self,
        method: str,
        path: str,
        *,
        identity: Identity,
        body: BaseModel | None = None,
        key: str = "",
    ) -> None:
        """Call where nothing is to be answered. Raises as ``ask`` does."""
        self._call(method, path, identity, None, body, key=key)

    def stream(self, method: str, path: str, *, identity: Identity, body: BaseModel) -> Iterator[bytes]:
        """Call, and give the answer piece by piece; it may be larger than memory.

        Raises as ``ask`` does, at once; and ServiceAway later, when the answer breaks off. A piece may take
        longer than the deadline of a request: whoever reads on is still there.
        """
        response = self._open(method, path, identity, body.model_dump_json().encode(), longest=PIECE)
        self._check(response)
        return self._pieces(response)

    def send(self, method: str, path: str, *, identity: Identity, payload: bytes) -> None:
        """Send bytes that are no JSON. Raises as ``ask`` does."""
        self.budget.call()
        self._once(method, path, identity, payload)

    def _call(
        self,
        method: str,
        path: str,
        identity: Identity,
        query: Mapping[str, object] | None,
        body: BaseModel | None,
        *,
        key: str,
    ) -> bytes:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        target = f"{path}?{urlencode(given)}" if given else path
        payload = body.model_dump_json().encode() if body is not None else None
        self.budget.call()
        try:
            return self._once(method, target, identity, payload, key=key)
        except ServiceAway:
            in_time = deadline.left(self._longest) > CONNECT / 10
            if (
                not (method in RETRIED or key)
                or not in_time
                or self.breaker.is_open
                or not self.budget.spend()
            ):
                raise
        return self._once(method, target, identity, payload, key=key)

    def _once(
        self, method: str, target: str, identity: Identity, payload: bytes | None, *, key: str = ""
    ) -> bytes:
        response = self._open(method, target, identity, payload, key=key)
        self._check(response)
        return response.data

    def _open(
        self,
        method: str,
        target: str,
        identity: Identity,
        payload: bytes | None,
        *,
        longest: float | None = None,
        key: str = "",
    ) -> urllib3.BaseHTTPResponse:
        """Send, and return the answer: whole, or with ``longest`` only begun."""
        left = deadline.left(self._longest)
        if left <= 0 or not self.breaker.lets_through():
            metrics.calls.labels(self.service, "turned away").inc()
            raise self._away()
        total = {"read": longest} if longest else {"total": left}
        try:
            return self._pool.urlopen(
                method,
                target,
                body=payload,
                headers=self._headers(identity, left) | ({"Idempotency-Key": key} if key else {}),
                timeout=urllib3.Timeout(connect=min(CONNECT, left), **total),
                preload_content=longest is None,
            )
        except HTTPError as reason:
            self._note_no_answer(reason)
            raise self._away() from reason

    def _pieces(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        try:
            yield from until_end(response.stream(PIECE_SIZE))
        except (HTTPError, BrokenOff) as reason:
            self._note_no_answer(reason)
            raise self._away() from reason
        finally:
            # Whoever reads no further leaves the rest unread; the connection is good for nothing then.
            response.close()

    def _note_no_answer(self, reason: Exception) -> None:
        self.breaker.failed()
        metrics.calls.labels(self.service, "no answer").inc()
        log.warning("no answer", service=self.service, kind=type(reason).__name__)

    def _check(self, response: urllib3.BaseHTTPResponse) -> None:
        if response.status in BUSY:
            self.breaker.failed()
            metrics.calls.labels(self.service, "busy").inc()
            raise self._away()
        self.breaker.succeeded()
        metrics.calls.labels(self.service, "answered").inc()
        if response.status >= 400:
            raise self._failure(response)

    def _failure(self, response: urllib3.BaseHTTPResponse) -> Failure:
        try:
            problem = Problem.model_validate_json(response.data)
        except ValidationError:
            return self._away()
        retry_after = response.headers.get("Retry-After", "")
        return failure_of(problem, int(retry_after) if retry_after.isdecimal() else None)

    def _headers(self, identity: Identity, left: float) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {self._signer.mint(identity, self.service)}",
            "Atoll-Network": str(identity.network_id or ""),
            deadline.HEADER: str(int(left * 1000)),
            "Content-Type": "application/json",
            origin.HEADER: origin.address(),
        }
        request_id = request_id_now()
        return headers | {"X-Request-Id": request_id} if request_id else headers

    def _away(self) -> ServiceAway:
        return ServiceAway(N_("The %(service)s service does not answer. Try again in a moment."),
                           service=self.service, retry_after=2)  # fmt: skip


def request_id_now() -> str:
    """Return the id of the request being answered, empty outside of one."""
    known: str = structlog.contextvars.get_contextvars().get("request_id", "")
    return known
