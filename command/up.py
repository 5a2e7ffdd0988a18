"""``atoll up``: from a folder, empty or not, to every process running."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from secrets import token_urlsafe

import click
from pydantic import SecretStr

from command.installation import is_external, start_embedded, with_addresses
from command.keys import kept, with_secrets
from command.processes import PROCESSES, Process
from command.screen import screen
from command.settings import read_settings
from command.supervisor import Supervisor, end_leftovers
from kernel.config import Settings
from kernel.embedded import CannotStart
from kernel.embedded.folder import Lock, prepare
from kernel.embedded.process import Runner

RUNNING = "Atoll is already running in this folder (process %s): stop it, or set ATOLL_VAR and ATOLL_PORT."
PORTS_FREE_WITHIN = 3  # seconds; what was just killed lets go of its port a moment later
HIGHEST_PORT = 65_000


@click.command()
@click.option("--demo/--no-demo", default=True, help="Make the demo network at the first start.")
def up(*, demo: bool) -> None:
    """Start everything here: PostgreSQL and Redis if none are given, migrations, a demo, all processes."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        run(read_settings(), demo=demo)
    except CannotStart as reason:
        raise click.ClickException(str(reason)) from reason
    except KeyboardInterrupt:
        click.echo("Stopped before everything was up.")


def run(settings: Settings, *, demo: bool) -> None:
    """Start, watch and end everything in ``settings.var``. Raises CannotStart with a sentence."""
    prepare(settings.var)
    lock = Lock(settings.var / "atoll.lock", RUNNING)
    try:
        end_leftovers(settings.var)
        refuse_taken_ports(settings, PROCESSES)
        with servers(with_pretended_payments(with_demo_password(with_secrets(settings)))) as complete:
            first_start(complete, demo=demo)
            click.echo("Starting the processes ...")
            Supervisor(complete, PROCESSES).run(lambda: click.echo(screen(complete)))
    finally:
        lock.release()


@contextmanager
def servers(settings: Settings) -> Iterator[Settings]:
    """Start the embedded servers that are needed, and end them last."""
    if is_external(settings):
        yield settings
        return
    click.echo("Starting PostgreSQL and Redis ...")
    embedded = start_embedded(settings)
    try:
        yield with_addresses(settings, embedded.database_url, embedded.redis_url)
    finally:
        embedded.stop()


def with_demo_password(settings: Settings) -> Settings:
    """Return the settings with a password for the demo's owner: the given one, or one made up and kept."""
    given = settings.demo_password.get_secret_value()
    password = given or kept(settings.var / "keys" / "demo-password", lambda: token_urlsafe(9))
    return settings.model_copy(update={"demo_password": SecretStr(password)})


def with_pretended_payments(settings: Settings) -> Settings:
    """Return the settings with the payment provider that runs beside the others."""
    return settings.model_copy(update={"pretend_payments": True})


def first_start(settings: Settings, *, demo: bool) -> None:
    """Bring the databases up to date and make the demo, unless both are so already."""
    click.echo("Bringing the databases up to date ...")
    told = tuple(name.upper() for name in Settings.model_fields)
    process = Process("first start", (), 0, told, is_owner=True)
    program = [sys.executable, "-m", "command.first_start", *(["--demo"] if demo else [])]
    command = Runner().command(program, signal.SIGTERM)
    done = subprocess.run(command, env=os.environ | process.environment(settings), check=False)  # noqa: S603
    if done.returncode:
        raise CannotStart(
            "The databases could not be prepared; what went wrong stands above. Start again after."
        )


def refuse_taken_ports(settings: Settings, processes: Sequence[Process]) -> None:
    """Raise CannotStart when another program listens where one of ours will."""
    deadline = time.monotonic() + PORTS_FREE_WITHIN
    while taken := first_taken(settings, processes):
        if time.monotonic() > deadline:
            name, port = taken
            raise CannotStart(
                f"Port {port} ({name}) is taken by another program: stop it, or choose other ports, "
                f"e.g. ATOLL_PORT={free_block(settings, processes)} make up."
            )
        time.sleep(0.1)


def first_taken(settings: Settings, processes: Sequence[Process]) -> tuple[str, int] | None:
    """Return the first process whose port is taken, and the port."""
    wanted = ((process.name, port) for process in processes for port in process.ports(settings))
    return next(((name, port) for name, port in wanted if not is_free(settings.bind, port)), None)


def is_free(host: str, port: int) -> bool:
    """Whether we could listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_block(settings: Settings, processes: Sequence[Process]) -> int:
    """Return a port for the gateway with which all of ours are free."""
    for port in range(settings.port + 100, HIGHEST_PORT, 100):
        if first_taken(settings.model_copy(update={"port": port}), processes) is None:
            return port
    return settings.port
