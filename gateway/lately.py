"""What this process did a moment ago and need not do again: saves a question to Redis on most requests."""

from threading import Lock
from time import monotonic

MOST = 10_000  # names remembered


class Lately:
    """Says yes at most once in ``seconds`` for each name."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[str, float] = {}
        self._lock = Lock()

    def is_due(self, name: str) -> bool:
        """Whether it is time again for this name; if so, it counts as done from now on."""
        now = monotonic()
        with self._lock:
            if self._until.get(name, 0) > now:
                return False
            if len(self._until) >= MOST:
                self._until.clear()
            self._until[name] = now + self._seconds
            return True
