"""``atoll worker``, ``bell``, ``mailbox`` and ``payments``: the processes that are no web server of ours."""

import click

from command.settings import read_settings


@click.command()
def worker() -> None:
    """Perform due work and advance listeners, until told to stop."""
    from worker.app import run

    run(read_settings())


@click.command()
def bell() -> None:
    """Listen to the databases and ring the worker when there is something to do, until told to stop."""
    from worker.bell import run

    run(read_settings())


@click.command()
def mailbox() -> None:
    """Take every mail in over SMTP and show it on a page, until told to stop."""
    from sandbox.mailbox import run

    run(read_settings())


@click.command()
def payments() -> None:
    """Be a payment provider that moves no real money, and list what it did, until told to stop."""
    from sandbox.payments.app import run

    run(read_settings())
