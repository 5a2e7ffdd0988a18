"""``atoll serve``: which web server runs our applications, and with what; nowhere else is it named."""

import os
import sys
from dataclasses import dataclass

import click

from command.settings import read_settings
from kernel.config import Settings


@dataclass(frozen=True)
class Application:
    """A WSGI application factory and the size of its server."""

    factory: str
    offset: int
    workers: int
    threads: int


APPLICATIONS = {
    "gateway": Application("command.applications:gateway", 0, workers=2, threads=4),
    "customers": Application("command.applications:customers", 1, workers=1, threads=8),
    "billing": Application("command.applications:billing", 2, workers=1, threads=8),
    "sites": Application("command.applications:sites", 3, workers=1, threads=8),
}


@click.command()
@click.argument("name", type=click.Choice(list(APPLICATIONS)))
def serve(name: str) -> None:
    """Serve NAME over HTTP, in this process, until it is told to stop."""
    command = granian(APPLICATIONS[name], read_settings())
    os.execv(command[0], command)  # noqa: S606 - becoming the server is the point


def granian(application: Application, settings: Settings) -> list[str]:
    """Return the command line of granian for an application."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface=wsgi",
        "--factory",
        f"--host={settings.bind}",
        f"--port={settings.port + application.offset}",
        f"--workers={application.workers}",
        f"--blocking-threads={application.threads}",
        "--respawn-failed-workers",
        "--workers-kill-timeout=5s",
        "--http=1",
        "--no-ws",
        "--log-level=warning",
        application.factory,
    ]
