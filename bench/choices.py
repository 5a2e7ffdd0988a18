"""The choices that were made by measuring: web server and HTTP client. ``python -m bench.choices``."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import monotonic, perf_counter

import httpx
import urllib3

from bench.load import get, rate

CALLS = 1000
ROUNDS = 5
APP = "bench.yardstick:create_app"


def gunicorn(port: int) -> list[str]:
    """Return the command of gunicorn, 2 workers of 4 threads."""
    return [
        "gunicorn",
        f"--bind=127.0.0.1:{port}",
        "--workers=2",
        "--worker-class=gthread",
        "--threads=4",
        "--reuse-port",
        "--keep-alive=75",
        "--no-control-socket",
        "--log-level=error",
        f"{APP}()",
    ]


def granian(port: int) -> list[str]:
    """Return the command of granian, 2 workers of 4 threads."""
    return ["granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={port}", "--workers=2",
            "--blocking-threads=4", "--no-ws", "--log-level=error", "--factory", APP]  # fmt: skip


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Run a server for the length of the block."""
    with subprocess.Popen([sys.executable, "-m", *command]) as process:
        wait_for(port)
        yield
        process.terminate()


def wait_for(port: int) -> None:
    """Wait until somebody listens on the port."""
    deadline = monotonic() + 20
    while monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise TimeoutError(f"Nobody listens on port {port}.")


def calls_per_second(call: Callable[[], object]) -> float:
    """Return the median of some rounds of calls, one after the other."""
    rounds = []
    for _ in range(ROUNDS):
        began = perf_counter()
        for _ in range(CALLS):
            call()
        rounds.append(CALLS / (perf_counter() - began))
    return median(rounds)


def measure(name: str, command: list[str], port: int) -> None:
    """Print what a server answers, and what each client gets out of it."""
    url = f"http://127.0.0.1:{port}/"
    with running(command, port), httpx.Client() as client:
        served = rate(port, [get("/", host="x")], rounds=ROUNDS, seconds=2).median
        print(f"{name:10} {served:8.0f} requests/s")
        pool = urllib3.connection_from_url(url, maxsize=4, retries=False)
        print(f"  httpx    {calls_per_second(lambda: client.get(url).content):8.0f} calls/s")
        print(f"  urllib3  {calls_per_second(lambda: pool.urlopen('GET', '/').data):8.0f} calls/s")


def main() -> None:
    """Print what each choice does."""
    measure("gunicorn", gunicorn(8971), 8971)
    measure("granian", granian(8972), 8972)


if __name__ == "__main__":
    main()
