"""Atolls of the tests: started as a person does it, in a folder and on ports of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import randrange

import psutil

from command.processes import PROCESSES
from command.supervisor import answers
from command.up import first_taken
from kernel.config import Settings

ROOT = Path(__file__).resolve().parents[2]
READY = "Atoll is running."


@dataclass
class Installation:
    """A running `atoll up`, and what it has printed."""

    settings: Settings
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_until_ready(self, seconds: float = 180) -> None:
        """Wait for the screen. Raises AssertionError with all that was said instead."""
        wait_for(lambda: READY in self.said or self.process.poll() is not None, seconds)
        assert READY in self.said, self.said

    def healthy(self) -> dict[str, bool]:
        return {process.name: answers(process.ports(self.settings)[0]) for process in PROCESSES}

    def members(self) -> list[psutil.Process]:
        """Return every process that belongs to this installation, by its environment or its arguments."""
        return [process for process in psutil.process_iter() if belongs(process, str(self.settings.var))]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


def belongs(process: psutil.Process, var: str) -> bool:
    """Whether a process was told of the folder, or named it, or descends from one that was."""
    try:
        if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
            return False
        named = any(var in part for part in process.cmdline())
        return named or process.environ().get("ATOLL_VAR", "") == var
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


@contextmanager
def installation(var: Path, *arguments: str, port: int | None = None) -> Iterator[Installation]:
    """Start `atoll up` and end it, whatever happens, with all that belongs to it."""
    settings = Settings(var=var, port=port or free_ports())
    started = launch(settings, *arguments)
    try:
        yield started
    finally:
        for process in started.members():
            with_suppressed_kill(process)
        started.process.wait()


def launch(settings: Settings, *arguments: str) -> Installation:
    """Run `atoll up` with its output going to a file beside the folder."""
    output = settings.var.with_suffix(f".{time.monotonic_ns()}.txt")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATOLL_")}
    environment |= {"ATOLL_VAR": str(settings.var), "ATOLL_PORT": str(settings.port)}
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "command", "up", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
        )
    return Installation(settings, process, output)


def with_suppressed_kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def free_ports() -> int:
    """Return a port from which on all that an installation listens on are free, at random."""
    # Below what the system gives out by itself, or a passing connection may take one.
    candidates = (Settings(port=randrange(10_000, 30_000, 10)) for _ in range(100))
    return next(settings.port for settings in candidates if first_taken(settings, PROCESSES) is None)


def wait_for(is_true: object, seconds: float) -> bool:
    """Wait until a function answers true, or the time is over; say which."""
    assert callable(is_true)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_true():
            return True
        time.sleep(0.05)
    return False
