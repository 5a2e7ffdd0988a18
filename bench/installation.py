"""A whole Atoll of its own to measure: ``atoll up`` in a temporary folder, on ports of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import psutil
import urllib3
from pydantic import SecretStr

from command.keys import with_secrets
from kernel import embedded
from kernel.config import Settings
from kernel.database import SERVICES, Database

STARTS_WITHIN = 120  # seconds
PORT = 8700
MANY = "1000000/minute"


@contextmanager
def installed(folder: Path) -> Iterator[tuple[Settings, dict[str, Database], psutil.Process]]:
    """Run Atoll for the length of the block; gives its settings, databases and first process."""
    environment = os.environ | {
        "ATOLL_VAR": str(folder),
        "ATOLL_PORT": str(PORT),
        "ATOLL_SIGN_IN_LIMIT": MANY,
        "ATOLL_API_LIMIT": MANY,
        "ATOLL_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "command", "up", "--no-demo"]
    with (folder / "up.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_until_ready(PORT, folder / "up.log")
            settings = settings_of(folder)
            databases = {name: Database.of(settings, name) for name in SERVICES}
            yield settings, databases, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_until_ready(port: int, log: Path) -> None:
    """Wait for the gateway and the worker. Raises TimeoutError with what was said meanwhile."""
    deadline = monotonic() + STARTS_WITHIN
    while monotonic() < deadline:
        if all(is_ready(one) for one in range(port, port + 8) if one != port + 4):
            return
        sleep(0.2)
    raise TimeoutError(log.read_text()[-2000:])


def is_ready(port: int) -> bool:
    """Whether the process on this port says that it is ready."""
    try:
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}/readyz", retries=False, timeout=2)
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == 200


def settings_of(folder: Path) -> Settings:
    """Return the settings of the Atoll that runs in the folder."""
    running = embedded.running(folder)
    if running is None:
        raise RuntimeError(f"No Atoll runs in {folder}.")
    addresses = {
        "database_url": SecretStr(running.database_url),
        "redis_url": SecretStr(running.redis_url),
    }
    return with_secrets(Settings(var=folder, port=PORT)).model_copy(update=addresses)


def memory(first: psutil.Process) -> int:
    """Return the bytes that the process and all below it hold, shared pages counted once (PSS)."""
    return sum(process.memory_full_info().pss for process in [first, *first.children(recursive=True)])
