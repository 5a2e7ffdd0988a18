"""Starting and ending the processes of the embedded servers."""

import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psutil

from kernel.embedded import launch

LOG_LIMIT = 20 * 1024 * 1024  # bytes; a larger log is set aside when its server starts
POLL = 0.02  # seconds


@dataclass(frozen=True)
class Runner:
    """Who runs a server: ``uid``/``gid`` None for ourselves; ``reach`` as in `kernel.embedded.launch`."""

    uid: int | None = None
    gid: int | None = None
    reach: bool = False

    def command(self, program: Sequence[str], last_signal: signal.Signals) -> list[str]:
        """Return the command line that runs ``program`` bound to our life."""
        user = "-" if self.uid is None else f"{self.uid}:{self.gid}"
        start = [sys.executable, "-E", "-S", launch.__file__, str(os.getpid()), str(int(last_signal))]
        return [*start, user, str(int(self.reach)), *program]


def runner_for(*paths: Path) -> Runner:
    """Return who may run a server on these paths: PostgreSQL refuses root, so root steps down."""
    if os.geteuid() != 0:
        return Runner()
    account = _unprivileged()
    closed = any(not _is_open(path) for path in paths)
    return Runner(uid=account.pw_uid, gid=account.pw_gid, reach=closed)


def _unprivileged() -> pwd.struct_passwd:
    # It must be an account with a name: initdb looks it up.
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _is_open(path: Path) -> bool:
    return all(each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents) if each.exists())


def wheel_folder(package: str) -> Path:
    """Return where a wheel's files lie, without importing it: both patch things when imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0])


def open_log(path: Path) -> IO[bytes]:
    """Open a server's log to append to; one that grew too large is set aside first."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait until the server answers; False when it ended or took longer than ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(POLL)
    return False


def end(pid: int, *signals: signal.Signals, seconds: float = 10) -> None:
    """Send the signals, politest first, each with time to obey; SIGKILL comes last by itself."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for number in (*signals, signal.SIGKILL):
            process.send_signal(number)
            with suppress(psutil.TimeoutExpired):
                process.wait(seconds)
                return
