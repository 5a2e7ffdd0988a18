"""A circuit breaker, and a budget for retries: what keeps one slow service from slowing everybody."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

FAILURES = 5  # in a row, until the circuit opens
PAUSE = 2.0  # seconds, until one call is let through to try
RETRY_SHARE = 0.1  # of the calls
RETRY_RESERVE = 5.0  # retries one may do at the start, and at most save up


class Breaker:
    """Closed: calls go through. After ``FAILURES`` in a row open: none do. After ``PAUSE`` one tries."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._try_at = 0.0

    def lets_through(self) -> bool:
        """Return whether to call; when open, True for one caller each ``PAUSE``."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._try_at:
                return False
            self._try_at = self._clock() + PAUSE
            return True

    def succeeded(self) -> None:
        """Note that the service answered; whatever it said, it lives."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Note that the service did not answer."""
        with self._lock:
            self._failures += 1
            self._try_at = self._clock() + PAUSE

    @property
    def is_open(self) -> bool:
        """Whether calls are being turned away."""
        with self._lock:
            return self._failures >= FAILURES


class RetryBudget:
    """At most a tenth of the calls may be retries, so that retries never make an outage worse."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._saved = RETRY_RESERVE

    def call(self) -> None:
        """Note a first call; it saves up a part of a retry."""
        with self._lock:
            self._saved = min(RETRY_RESERVE, self._saved + RETRY_SHARE)

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        with self._lock:
            if self._saved < 1:
                return False
            self._saved -= 1
            return True
