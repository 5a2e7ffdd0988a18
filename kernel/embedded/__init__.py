"""PostgreSQL and Redis out of Python wheels: real servers under one folder, for `make up` and the tests.

Both die with the process that started them, however it ends; what PostgreSQL wrote stays.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from kernel.embedded.folder import CannotStart, Lock, in_a_sentence, prepare
from kernel.embedded.postgres import Postgres
from kernel.embedded.redis import RedisServer

__all__ = ["CannotStart", "Embedded", "Running", "running", "start"]

ADDRESSES = "embedded.json"
TAKEN = "Atoll is already running in this folder (process %s): stop it, or set ATOLL_VAR to another folder."


@dataclass(frozen=True)
class Running:
    """Where the servers that another process started can be reached."""

    database_url: str
    redis_url: str


class Embedded:
    """The two servers; ``database_url`` is libpq's, of a superuser, and holds no password."""

    def __init__(self, var: Path, *, durable: bool) -> None:
        self._addresses = var / ADDRESSES
        self._lock = Lock(var / "embedded.lock", TAKEN)
        self._addresses.unlink(missing_ok=True)
        self._postgres = Postgres(var, durable=durable)
        try:
            self._redis = RedisServer(var)
        except CannotStart:
            self._postgres.stop()
            raise
        self.database_url = self._postgres.url
        self.redis_url = self._redis.url
        self._write_addresses()

    def stop(self) -> None:
        """End both, PostgreSQL with a clean shutdown; blocks until they are gone."""
        self._addresses.unlink(missing_ok=True)
        self._redis.stop()
        self._postgres.stop()
        self._lock.release()

    def _write_addresses(self) -> None:
        descriptor = os.open(self._addresses, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"database_url": self.database_url, "redis_url": self.redis_url}, file)


def start(var: Path, *, durable: bool = True) -> Embedded:
    """Start both under ``var`` and return them once they answer; raises CannotStart.

    Call it on the main thread: the servers end when the thread that started them does. With
    ``durable=False`` a crash of the *machine* may lose data (for tests); killed processes never do.
    """
    var = prepare(var)
    with in_a_sentence(var):
        return Embedded(var, durable=durable)


def running(var: Path) -> Running | None:
    """Return where the servers of an Atoll that runs in ``var`` can be reached, if one does."""
    var = var.expanduser().absolute()
    if not (var / ADDRESSES).exists():
        return None
    try:
        Lock(var / "embedded.lock", TAKEN).release()
    except CannotStart:
        return Running(**json.loads((var / ADDRESSES).read_text(encoding="utf-8")))
    return None
