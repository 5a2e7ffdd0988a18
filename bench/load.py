"""A load of a few kept-alive connections on loopback, cheap enough not to be what is measured.

Requests are bytes made beforehand and answers are read no further than their length, since a
client library would cost more than a bare Flask view does.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from statistics import median
from threading import Thread
from time import perf_counter

CONNECTIONS = 4
LONGEST = 30.0  # seconds a round may take at most
HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Rate:
    """Requests answered a second: the median of the rounds, the slowest and the quickest round."""

    median: float
    slowest: float
    quickest: float


class Connection:
    """One kept-alive connection; opened again when the server closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=LONGEST)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and return the status and the whole answer."""
        self._socket.sendall(request)
        got = b""
        while HEADERS_END not in got:
            got += self._receive()
        head, _, body = got.partition(HEADERS_END)
        length = int(header(head, b"content-length") or 0)
        while len(body) < length:
            body += self._receive()
        if (header(head, b"connection") or b"").lower() == b"close":
            self._socket.close()
            self._open()
        return int(head[9:12]), head + HEADERS_END + body

    def _receive(self) -> bytes:
        got = self._socket.recv(262_144)
        if not got:
            raise ConnectionError("The server closed the connection in the middle of an answer.")
        return got

    def close(self) -> None:
        """Close it."""
        self._socket.close()


def header(head: bytes, name: bytes) -> bytes | None:
    """Return the value of a header of an answer's head."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return None


def get(path: str, *, host: str, cookie: str = "", bearer: str = "") -> bytes:
    """Return the bytes of a GET request."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept-Language: en"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    lines += [f"Authorization: Bearer {bearer}"] if bearer else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def rate(port: int, requests: Sequence[bytes], *, rounds: int, seconds: float) -> Rate:
    """Return how many of the requests, in turn, are answered a second with 200."""
    measured = sorted(_round(port, requests, seconds) for _ in range(rounds))
    return Rate(median(measured), measured[0], measured[-1])


def _round(port: int, requests: Sequence[bytes], seconds: float) -> float:
    counts = [0] * CONNECTIONS
    failures: list[str] = []
    began = perf_counter()

    def run(place: int) -> None:
        connection = Connection(port)
        for request in cycle(requests[place::CONNECTIONS] or requests):
            if perf_counter() - began > seconds:
                break
            status, said = connection.ask(request)
            if status != 200:
                failures.append(f"{status}: {said[:300]!r}")
                break
            counts[place] += 1
        connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"A request failed: {failures[0]}")
    return sum(counts) / (perf_counter() - began)
