"""One deadline per request: what is left of it goes along with every call to another process."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

HEADER = "Atoll-Deadline"
MARGIN = 0.05  # seconds kept back on each hop, so that the caller still gets our answer

_ends_at: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give the block ``seconds``; an outer deadline that ends sooner stays in force."""
    outer = _ends_at.get()
    ends = monotonic() + seconds
    token = _ends_at.set(ends if outer is None else min(outer, ends))
    try:
        yield
    finally:
        _ends_at.reset(token)


@contextmanager
def afresh(seconds: float) -> Iterator[None]:
    """Give the block ``seconds``, whatever an outer deadline says: a slow line is no fault of a service."""
    token = _ends_at.set(monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def left(default: float) -> float:
    """Return the seconds that are left, never below zero; ``default`` when nobody set a deadline."""
    ends = _ends_at.get()
    return default if ends is None else max(0.0, ends - monotonic())


def of_header(value: str | None, longest: float) -> float:
    """Return the seconds a caller gives us; a header that is no number counts as absent."""
    if value is None or not value.isdecimal():
        return longest
    return min(longest, max(0.0, int(value) / 1000 - MARGIN))
