"""Carries a request out: its key, faults before, the work in one transaction, faults after."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.payments import keys
from sandbox.payments.faults import Fault
from sandbox.payments.lists import answer
from sandbox.payments.problems import Refused
from sandbox.payments.store import Book, Store, Thing

BEFORE = frozenset({"delay", "500_before", "429", "nonsense"})
AFTER = frozenset({"drop", "500_after"})
BROKEN = {"error": {"type": "api_error", "message": "An unknown error occurred."}}

Work = Callable[[Book], Thing]


@dataclass(frozen=True)
class Request:
    """``endpoint`` is what faults are asked for by; ``fingerprint`` tells two requests of one key apart."""

    endpoint: str
    method: str
    fingerprint: str
    key: str
    base: str
    expand: list[str]


class Dropped(Exception):
    """The work is done, and nobody is told."""


def carry_out(store: Store, request: Request, work: Work, lifetime: float) -> tuple[int, Thing, bool]:
    """Return status, body, and whether they were given before. Raises Dropped."""
    try:
        if request.key:
            with store.open(request.key) as book:
                before = keys.begin(book, request.fingerprint, lifetime)
            if before:
                return *before, True
        return *_first(store, request, work), False
    except Refused as refusal:
        return refusal.status, refusal.body, False


def _first(store: Store, request: Request, work: Work) -> tuple[int, Thing]:
    try:
        _stumble(store.faults.take(request.endpoint, kinds=BEFORE, method=request.method))
        after = store.faults.take(request.endpoint, kinds=AFTER, method=request.method)
        with store.open(request.key, request.base) as book:
            done = _work(book, request, work, after)
    except Refused:
        with store.open(request.key) as book:
            keys.let_go(book)
        raise
    if after and after.kind == "drop":
        raise Dropped
    return done


def _work(book: Book, request: Request, work: Work, after: Fault | None) -> tuple[int, Thing]:
    """Do the work and keep its answer under the key. Raises Refused, which undoes what was done."""
    try:
        done = 200, answer(book, work(book), request.expand)
    except Refused as refusal:
        if not refusal.is_kept:
            raise
        done = refusal.status, refusal.body
    if after and after.kind == "500_after":
        done = 500, BROKEN
    if request.key:
        keys.keep(book, *done)
    return done


def _stumble(fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.kind == "delay":
        time.sleep(fault.seconds)
    elif fault.kind == "429":
        raise Refused("Request rate limit exceeded.", status=429, code="rate_limit")
    elif fault.kind == "nonsense":
        refusal = Refused("", status=502)
        refusal.body = {"secret": "of somebody else's"}
        raise refusal
    else:
        raise Refused("Something went wrong on our side before anything was done.", status=500)


def hang_up(connection: socket.socket) -> None:
    """Close the connection without a word, as a network does that breaks at the wrong moment."""
    connection.shutdown(socket.SHUT_RDWR)
