"""PostgreSQL and Redis out of Python wheels: real servers under one folder, for `make up` and the tests.

Both die with the process that started them, however it ends; what PostgreSQL wrote stays.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from kernel.embedded.folder import CannotStart, Lock, in_a_sentence, is_locked, prepare
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
    """The servers; ``database_url`` is libpq's, of a superuser. One that was not asked for has ``""``."""

    def __init__(self, var: Path, *, durable: bool, postgres: bool, redis: bool) -> None:
        self._addresses = var / ADDRESSES
        self._lock = Lock(var / "embedded.lock", TAKEN)
        self._addresses.unlink(missing_ok=True)
        self._postgres = Postgres(var, durable=durable) if postgres else None
        try:
            self._redis = RedisServer(var) if redis else None
        except CannotStart:
            self._end(self._postgres)
            raise
        self.database_url = self._postgres.url if self._postgres else ""
        self.redis_url = self._redis.url if self._redis else ""
        self._write_addresses()

    def stop(self) -> None:
        """End them, PostgreSQL with a clean shutdown; blocks until they are gone."""
        self._addresses.unlink(missing_ok=True)
        self._end(self._redis)
        self._end(self._postgres)
        self._lock.release()

    def _end(self, server: Postgres | RedisServer | None) -> None:
        if server is not None:
            server.stop()

    def _write_addresses(self) -> None:
        descriptor = os.open(self._addresses, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"database_url": self.database_url, "redis_url": self.redis_url}, file)


def start(var: Path, *, durable: bool = True, postgres: bool = True, redis: bool = True) -> Embedded:
    """Start the servers under ``var`` and return them once they answer; raises CannotStart.

    Call it on the main thread: the servers end when the thread that started them does. With
    ``durable=False`` a crash of the *machine* may lose data (for tests); killed processes never do.
    """
    var = prepare(var)
    with in_a_sentence(var):
        return Embedded(var, durable=durable, postgres=postgres, redis=redis)


def running(var: Path) -> Running | None:
    """Return where the servers of an Atoll that runs in ``var`` can be reached, if one does."""
    var = var.expanduser().absolute()
    if not (var / ADDRESSES).exists() or not is_locked(var / "embedded.lock"):
        return None
    return Running(**json.loads((var / ADDRESSES).read_text(encoding="utf-8")))
