"""The folder that everything Atoll writes lives in: made, locked, and its troubles put in sentences."""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOM_NEEDED = 300 * 1024 * 1024  # bytes; a new PostgreSQL takes about 60 MB, its log files the rest
ATTEMPTS = 3


class CannotStart(Exception):
    """Atoll cannot start here; the message is a sentence that says what to do."""


@contextmanager
def in_a_sentence(folder: Path) -> Iterator[None]:
    """Turn what the file system answers into what a person can do about it."""
    try:
        yield
    except OSError as trouble:
        raise CannotStart(sentence_of(trouble, folder)) from trouble


def sentence_of(trouble: OSError, folder: Path) -> str:
    """Return the sentence for a full, read-only or closed ``folder``."""
    if trouble.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"There is no room left on the disk of {folder}: free some, or set ATOLL_VAR to another folder."
        )
    if trouble.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"{folder} cannot be written to by this user: allow it, or set ATOLL_VAR to another folder."
    if trouble.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{folder} is not a folder: move it away, or set ATOLL_VAR to another folder."
    return f"{folder} cannot be used ({trouble.strerror}): set ATOLL_VAR to another folder."


def prepare(var: Path) -> Path:
    """Make ``var`` and its folder for logs, and return it absolute; raises CannotStart."""
    var = var.expanduser().absolute()
    with in_a_sentence(var):
        var.mkdir(parents=True, exist_ok=True)
        (var / "log").mkdir(mode=0o700, exist_ok=True)
        if shutil.disk_usage(var).free < ROOM_NEEDED:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return var


class Lock:
    """Held by one process at a time, and let go by the system however that process ends."""

    def __init__(self, path: Path, refusal: str) -> None:
        """Take the lock at ``path``, or raise CannotStart with ``refusal`` (``%s``: who holds it)."""
        with in_a_sentence(path.parent):
            self._file = path.open("a+", encoding="ascii")
        if not _take(self._file):
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise CannotStart(refusal % holder)
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()


def _take(file: IO[str]) -> bool:
    # Whoever only asks whether it is locked holds it for an instant, so once is not enough.
    for _ in range(ATTEMPTS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock right now."""
    if not path.exists():
        return False
    with path.open(encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
