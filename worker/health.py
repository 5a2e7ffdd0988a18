"""Whether a background process still does its work, told over HTTP on a port of its own.

A Celery worker can lose its queue after Redis was away and look alive for ever, so being up is no
sign of life: a finished task is.
"""

import os
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import monotonic

import structlog
from kombu.exceptions import OperationalError

from kernel import metrics

EVERY = 5.0  # seconds between two canaries
READY_FOR = 20.0  # seconds since the last finished task
STUCK_AFTER = 60.0  # seconds without an answer to a canary that Redis took

log = structlog.get_logger()


class Life:
    """When a task last finished, and how long a canary has been without an answer."""

    def __init__(self, *, ready_for: float = READY_FOR, stuck_after: float = STUCK_AFTER) -> None:
        self._ready_for, self._stuck_after = ready_for, stuck_after
        self._seen: float | None = None
        self._asked: float | None = None

    def asked(self) -> None:
        """A canary was sent."""
        self._asked = self._asked or monotonic()

    def could_not_ask(self) -> None:
        """Redis is away; then it is no fault of ours that nothing comes."""
        self._asked = None

    def showed(self) -> None:
        """A task, whichever, came to its end."""
        self._seen, self._asked = monotonic(), None

    @property
    def is_ready(self) -> bool:
        """Whether a task finished a short while ago."""
        return self._seen is not None and monotonic() - self._seen < self._ready_for

    @property
    def is_stuck(self) -> bool:
        """Whether Redis takes messages and none arrives here."""
        return self._asked is not None and monotonic() - self._asked > self._stuck_after


def watch(life: Life, send: Callable[[], None], *, stop: Event, every: float = EVERY) -> None:
    """Send canaries until told to stop; end the process when they get no answer any more.

    Whoever supervises it starts it again. Work in hand is safe: its leases run out.
    """
    while not stop.is_set():
        if life.is_stuck:
            log.critical("messages are sent and none arrives; ending, to be started again")
            os._exit(1)
        try:
            send()
        except OperationalError:
            life.could_not_ask()
        else:
            life.asked()
        stop.wait(every)


def start(target: Callable[..., object], *arguments: object, name: str) -> Thread:
    """Run something beside the main thread that must not keep the process alive."""
    thread = Thread(target=target, args=arguments, name=name, daemon=True)
    thread.start()
    return thread


def serve_health(address: tuple[str, int], is_ready: Callable[[], bool]) -> ThreadingHTTPServer:
    """Answer ``/healthz``, ``/readyz`` and ``/metrics`` in a thread of its own; ``shutdown`` ends it."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(self.path, is_ready)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(address, Answers)
    server.daemon_threads = True
    start(server.serve_forever, name="health")
    return server


def answer(path: str, is_ready: Callable[[], bool]) -> tuple[int, str, bytes]:
    """Return status, content type and body for a path."""
    if path == "/metrics":
        return 200, metrics.CONTENT_TYPE, metrics.exposition()
    if path == "/healthz":
        return 200, "text/plain", b"ok\n"
    if path == "/readyz":
        return (200, "text/plain", b"ready\n") if is_ready() else (503, "text/plain", b"not ready\n")
    return 404, "text/plain", b"not found\n"
