"""Which sessions an account has: their handles in a set beside them, to show, count and end them by.

It is only a list, and may be lost with the sessions: what ends a session for good is the account's
epoch, which the customers service keeps.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from redis import Redis

from gateway.sessions import IDLE, LIFETIME, key_of, list_key
from kernel import clock


@dataclass(frozen=True)
class OpenSession:
    """A session of an account; ``last_seen`` is as exact as sessions are prolonged, some 20 seconds."""

    handle: str
    host: str
    ip: str
    user_agent: str
    began: datetime
    last_seen: datetime
    epoch: int


class SessionLists:
    """Finds the sessions of an account, and ends them."""

    def __init__(self, redis: "Redis[bytes]") -> None:
        self._redis = redis

    def open_sessions(self, account_id: UUID, epoch: int) -> list[OpenSession]:
        """Return the sessions that stand at this epoch, the newest seen first; visits are none of them."""
        found = [_open_session(handle, kept, ttl) for handle, kept, ttl in self._all(account_id)]
        standing = [one for one in found if one is not None and one.epoch == epoch]
        return sorted(standing, key=lambda one: one.last_seen, reverse=True)

    def end_all(self, account_id: UUID, epoch: int, *, but: str = "") -> int:
        """End every session of the account, and visits by it or to it; return how many sessions stood."""
        standing = [one.handle for one in self.open_sessions(account_id, epoch) if one.handle != but]
        ended = [handle for handle, _, _ in self._all(account_id) if handle != but]
        if ended:
            self._redis.delete(*(key_of(handle) for handle in ended))
            self._redis.srem(list_key(account_id), *ended)
        return len(standing)

    def drop_own(self, account_id: UUID) -> None:
        """Forget the sessions that the account's epoch has ended; a visit says itself that it is over."""
        own = [handle for handle, kept, _ in self._all(account_id) if "visit" not in kept]
        if own:
            self._redis.delete(*(key_of(handle) for handle in own))
            self._redis.srem(list_key(account_id), *own)

    def end_one(self, account_id: UUID, handle: str) -> None:
        """End one session, if it is this account's."""
        if self._redis.srem(list_key(account_id), handle):
            self._redis.delete(key_of(handle))

    def _all(self, account_id: UUID) -> Iterator[tuple[str, dict[str, Any], int]]:
        """Give handle, content and seconds left of what is still there."""
        handles = sorted(handle.decode() for handle in self._redis.smembers(list_key(account_id)))
        pipe = self._redis.pipeline(transaction=False)
        for handle in handles:
            pipe.get(key_of(handle))
            pipe.ttl(key_of(handle))
        answers = pipe.execute()
        for handle, stored, ttl in zip(handles, answers[::2], answers[1::2], strict=True):
            if stored is not None:
                yield handle, json.loads(stored), ttl


def session_lists() -> SessionLists:
    """Return the lists of this application."""
    return SessionLists(current_app.extensions["redis"])


def _open_session(handle: str, kept: dict[str, Any], ttl: int) -> OpenSession | None:
    """Return the session, or None for a visit and for what has outlived its time."""
    now = clock.now()
    if "visit" in kept or "standing" not in kept or kept.get("until", 0) <= now.timestamp():
        return None
    came = kept.get("arrived", {})
    until = datetime.fromtimestamp(kept["until"], now.tzinfo)
    return OpenSession(
        handle=handle,
        host=came.get("host", ""),
        ip=came.get("ip", ""),
        user_agent=came.get("agent", ""),
        began=until - LIFETIME,
        last_seen=now - max(IDLE - timedelta(seconds=ttl), timedelta()),
        epoch=kept["standing"]["epoch"],
    )
