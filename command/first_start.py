"""What stands between an empty folder and a running Atoll: databases and the demo; run before each start.

A process of its own, so that what it imports does not stay in the supervisor's memory.
"""

import json
import sys
from dataclasses import asdict
from functools import partial

import click

from command.installation import keep_output_clean
from command.keys import kept
from command.screen import DEMO
from kernel import migrations
from kernel.config import Settings


def main() -> None:
    keep_output_clean()
    settings = Settings()
    migrations.migrate(settings)
    if "--demo" in sys.argv[1:]:
        # Written once it is whole: a start that broke off makes the rest the next time.
        kept(settings.var / DEMO, partial(made, settings))
        connect(settings)


def made(settings: Settings) -> str:
    """Make the demo network and return, as JSON, what somebody needs to look around in it."""
    from command.demo import make_demo

    click.echo("Making the demo network ...")
    return json.dumps(asdict(make_demo(settings)))


def connect(settings: Settings) -> None:
    """Give the demo network its account at the pretend payment provider."""
    from command.demo.payments import connect_demo

    connect_demo(settings)


if __name__ == "__main__":
    main()
