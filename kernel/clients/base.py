"""What the clients of the three services share."""

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from kernel.auth import Identity
from kernel.calls import Caller
from kernel.contracts.background import Background, DeadRetry, ParkedResolution

C = TypeVar("C", bound=BaseModel)


class ServiceClient:
    """What the clients share: reads are remembered, and two threads with one question ask once."""

    def __init__(self, caller: Caller, identity: Identity) -> None:
        self._caller = caller
        self._identity = identity
        self._answers: dict[str, BaseModel | Exception] = {}
        self._asking: dict[str, Lock] = {}
        self._lock = Lock()

    def background(self) -> Background:
        """Return what of the service's background work waits for a person."""
        return self._get("/v1/background", Background)

    def resolve_parked(self, event_id: UUID, resolution: ParkedResolution) -> None:
        """Have a parked event tried again, or skipped. Raises NotFound when it is parked no more."""
        self._tell("POST", f"/v1/background/parked/{event_id}", resolution)

    def retry_dead(self, work_id: UUID, retry: DeadRetry) -> None:
        """Have work tried again that was given up. Raises NotFound when it is dead no more."""
        self._tell("POST", f"/v1/background/dead/{work_id}", retry)

    def _get(self, path: str, answer: type[C], query: Mapping[str, object] | None = None) -> C:
        question = f"{path} {sorted(query.items()) if query else ''}"
        with self._lock:
            asking = self._asking.setdefault(question, Lock())
        with asking:
            if question not in self._answers:
                self._answers[question] = self._ask(path, answer, query)
            known = self._answers[question]
        if isinstance(known, Exception):
            raise known
        if not isinstance(known, answer):
            raise TypeError(f"{path} was asked for as {answer.__name__} and as {type(known).__name__}.")
        return known

    def _ask(self, path: str, answer: type[C], query: Mapping[str, object] | None) -> C | Exception:
        try:
            return self._caller.ask("GET", path, identity=self._identity, answer=answer, query=query)
        except Exception as failure:
            return failure

    def _send(self, method: str, path: str, body: BaseModel | None, answer: type[C], *, key: str = "") -> C:
        """``key`` is the caller's Idempotency-Key, for what moves money."""
        self._forget()
        return self._caller.ask(method, path, identity=self._identity, answer=answer, body=body, key=key)

    def _tell(self, method: str, path: str, body: BaseModel | None = None, *, key: str = "") -> None:
        self._forget()
        self._caller.tell(method, path, identity=self._identity, body=body, key=key)

    def _stream(self, method: str, path: str, body: BaseModel) -> Iterator[bytes]:
        self._forget()
        return self._caller.stream(method, path, identity=self._identity, body=body)

    def _forget(self) -> None:
        """Drop what was remembered; a change makes it old."""
        with self._lock:
            self._answers.clear()
