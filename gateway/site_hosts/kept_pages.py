"""Public pages as they were sent last, kept for a moment, so that a busy page is asked for and drawn once.

What is kept is the same for everybody who reads one language in one look; nothing of anybody's own is in it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from time import monotonic
from uuid import UUID

from flask import current_app

from kernel.errors import Unavailable

FRESH = 1.0  # seconds; a change is seen that much later at most
STALE = 600.0  # seconds; how long a page is shown on while the sites service is away
MOST = 2048  # pages


@dataclass(frozen=True)
class Sent:
    """An answer to a visitor: ``moved_to`` is where the page is now, and then there is no body."""

    status: int
    body: bytes = b""
    moved_to: str | None = None

    @property
    def tag(self) -> str:
        """What stands for exactly these bytes (RFC 9110, 8.8.3)."""
        return sha256(self.body).hexdigest()[:32]


@dataclass(frozen=True)
class Key:
    """What makes one answer another than the next."""

    site_id: UUID
    path: str
    language: str
    theme: str


@dataclass
class _Kept:
    sent: Sent
    tag: str
    until: float
    drawn: float


class KeptPages:
    """Pages of this process; the least lately asked for give way."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, draw: Callable[[], Sent]) -> tuple[Sent, str]:
        """Return the page and its tag; drawn anew unless it was a moment ago, or the service is away.

        What ``draw`` raises is kept by nobody: for a page that is not there the service is asked each time.
        """
        now = monotonic()
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept.until > now:
            return kept.sent, kept.tag
        try:
            sent = draw()
        except Unavailable:
            if kept is None or now - kept.drawn > STALE:
                raise
            self._keep(key, _Kept(kept.sent, kept.tag, now + FRESH, kept.drawn))
            return kept.sent, kept.tag
        made = _Kept(sent, sent.tag, now + FRESH, now)
        self._keep(key, made)
        return made.sent, made.tag

    def forget(self, site_id: UUID) -> None:
        """Draw the site's pages anew from the next visit on, in this process."""
        with self._lock:
            for key in [key for key in self._kept if key.site_id == site_id]:
                del self._kept[key]

    def _keep(self, key: Key, kept: _Kept) -> None:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)


def kept_pages() -> KeptPages:
    """Return the pages that this process keeps."""
    kept: KeptPages = current_app.extensions["kept_pages"]
    return kept
