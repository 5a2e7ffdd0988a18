"""Keeps the processes running: starts them, starts them again, ends them all, and leaves none behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click
import psutil

from command.processes import Process
from kernel.config import Settings
from kernel.embedded.folder import CannotStart
from kernel.embedded.process import Runner, open_log

LOOK = 1.0  # seconds between two looks at the children; one that ends wakes us at once
READY_WITHIN = 90  # seconds
FAILURES_AT_START = 3
LONGEST_WAIT = 30.0  # seconds before a child that keeps failing is started again
ENDS_WITHIN = 8  # seconds
LOG_LIMIT = 50 * 1024 * 1024  # bytes
NOTE = "processes.json"
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
THRIFT = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""What makes glibc give memory back: an argon2 hash takes 64 MB, and threads keep arenas of their own."""


@dataclass
class Child:
    """One process: its settings, and how often it has failed."""

    process: Process
    log: Path
    environment: dict[str, str]
    running: subprocess.Popen[bytes] | None = None
    failures: int = 0
    start_at: float = 0.0
    ready: bool = field(default=False)

    def start(self) -> None:
        command = Runner().command([sys.executable, "-m", "command", *self.process.arguments], signal.SIGTERM)
        with open_log(self.log) as log:
            self.running = subprocess.Popen(  # noqa: S603
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def send(self, number: signal.Signals) -> None:
        """Signal the whole group, so that nothing a child started stays."""
        if self.running is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.running.pid, number)

    def trim_log(self) -> None:
        """Set a large log aside; it is open for appending, so the child goes on at its new end."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            shutil.copyfile(self.log, self.log.with_suffix(".old.log"))
            os.truncate(self.log, 0)


class Supervisor:
    """Runs the processes until it is told to stop."""

    def __init__(self, settings: Settings, processes: Sequence[Process]) -> None:
        self._settings = settings
        self._note = settings.var / NOTE
        self._wake = threading.Event()
        self._stop_asked = False
        self._children = [self._child(process) for process in processes]

    def run(self, when_ready: Callable[[], None]) -> None:
        """Start all, call ``when_ready`` once all are, and watch until a signal says stop."""
        self._listen_to_signals()
        try:
            self._start_all()
            if self._wait_until_ready():
                when_ready()
            while not self._stop_asked:
                self._look()
        finally:
            click.echo("Ending everything ...")
            self._end_all()

    def _child(self, process: Process) -> Child:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        environment = inherited | THRIFT | process.environment(self._settings)
        return Child(process, self._settings.var / "log" / f"{process.name}.log", environment)

    def _listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: self._wake.set())

    def _on_stop(self, *_: object) -> None:
        self._stop_asked = True
        self._wake.set()

    def _start_all(self) -> None:
        for child in self._children:
            child.start()
        self._write_note()

    def _wait_until_ready(self) -> bool:
        """Wait for every ``/readyz``; False when told to stop meanwhile. Raises CannotStart."""
        deadline = time.monotonic() + READY_WITHIN
        while not self._stop_asked:
            for child in self._children:
                self._ask(child)
            if all(child.ready for child in self._children):
                return True
            self._give_up_on_failures(late=time.monotonic() > deadline)
            self._look(patience=0.1)
        return False

    def _ask(self, child: Child) -> None:
        if not child.ready and answers(child.process.ports(self._settings)[0]):
            child.ready = True
            click.echo(f"  {child.process.name} is ready")

    def _give_up_on_failures(self, *, late: bool) -> None:
        for child in self._children:
            if not child.ready and (late or child.failures >= FAILURES_AT_START):
                raise CannotStart(
                    f"{child.process.name} does not start; {child.log} ends with:\n{tail(child.log)}"
                )

    def _look(self, patience: float = LOOK) -> None:
        """Sleep until something happens, then start again what has ended."""
        self._wake.wait(patience)
        self._wake.clear()
        changed = False
        for child in self._children:
            child.trim_log()
            changed |= self._look_at(child)
        if changed:
            self._write_note()

    def _look_at(self, child: Child) -> bool:
        if self._stop_asked:
            return False
        if child.running is not None and child.running.poll() is not None:
            self._note_failure(child, child.running.returncode)
        if child.running is None and time.monotonic() >= child.start_at:
            child.start()
            return True
        return False

    def _note_failure(self, child: Child, code: int) -> None:
        child.send(signal.SIGKILL)
        lasted = time.monotonic() - child.start_at
        child.failures = 1 if lasted > LONGEST_WAIT else child.failures + 1
        wait = min(LONGEST_WAIT, 0.5 * 2 ** (child.failures - 1))
        child.running, child.start_at = None, time.monotonic() + wait
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
        click.echo(f"{child.process.name} {ended}; it is started again. See {child.log}", err=True)

    def _end_all(self) -> None:
        for child in self._children:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + ENDS_WITHIN
        for child in self._children:
            if child.running is not None:
                with suppress(subprocess.TimeoutExpired):
                    child.running.wait(max(0.0, deadline - time.monotonic()))
        for child in self._children:
            child.send(signal.SIGKILL)
            if child.running is not None:
                child.running.wait()
        self._note.unlink(missing_ok=True)

    def _write_note(self) -> None:
        running = [child.running.pid for child in self._children if child.running is not None]
        born = []
        for pid in running:
            with suppress(psutil.NoSuchProcess):
                born.append([pid, psutil.Process(pid).create_time()])
        self._note.write_text(json.dumps(born), encoding="utf-8")


def end_leftovers(var: Path) -> None:
    """End the processes of a supervisor that was killed: they end by themselves, but not at once."""
    try:
        known = json.loads((var / NOTE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return
    for pid, born in known:
        with suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            # The id alone may have been given to somebody else since.
            if psutil.Process(pid).create_time() == born:
                os.killpg(pid, signal.SIGKILL)


def answers(port: int) -> bool:
    """Whether the process says on ``/readyz`` that it can do its work."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
