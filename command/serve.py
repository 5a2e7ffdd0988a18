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
    "gateway": Application("gateway.app:create_app()", 0, workers=2, threads=4),
    "customers": Application("services.customers.app:create_app()", 1, workers=1, threads=8),
    "billing": Application("services.billing.app:create_app()", 2, workers=1, threads=8),
    "sites": Application("services.sites.app:create_app()", 3, workers=1, threads=8),
}


@click.command()
@click.argument("name", type=click.Choice(list(APPLICATIONS)))
def serve(name: str) -> None:
    """Serve NAME over HTTP, in this process, until it is told to stop."""
    command = gunicorn(APPLICATIONS[name], read_settings())
    os.execv(command[0], command)  # noqa: S606 - becoming the server is the point


def gunicorn(application: Application, settings: Settings) -> list[str]:
    """Return the command line of gunicorn for an application."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        f"--bind={settings.bind}:{settings.port + application.offset}",
        f"--workers={application.workers}",
        "--worker-class=gthread",
        f"--threads={application.threads}",
        # Without it one worker can take every connection that is kept alive.
        *(["--reuse-port"] if application.workers > 1 else []),
        "--keep-alive=75",
        "--timeout=60",
        "--graceful-timeout=5",
        # Its own would lie in the home folder, and two installations would share it.
        "--no-control-socket",
        "--log-level=warning",
        application.factory,
    ]
