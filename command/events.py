"""``atoll events``: how far each listener is in each events log, and what is parked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from command.installation import installation
from kernel import plugins, restore
from kernel.database import SERVICES, Database
from kernel.events import Listener, lag, retry_parked, skip_parked
from kernel.log import OPEN, ParkedEvent

Settle = Callable[[Listener, Database, UUID, UUID], bool | None]


@click.group(invoke_without_command=True)
@click.pass_context
def events(context: click.Context) -> None:
    """Show how many events wait for each listener, and which are parked."""
    if context.invoked_subcommand is None:
        with opened() as databases:
            show(lags(databases))
            show(parked(databases))


@events.command()
@click.argument("event_id", type=click.UUID)
def retry(event_id: UUID) -> None:
    """Handle the parked event EVENT_ID again, now."""
    settle(event_id, retry_parked, "handled")


@events.command()
@click.argument("event_id", type=click.UUID)
def skip(event_id: UUID) -> None:
    """Leave the parked event EVENT_ID unhandled for good."""
    settle(event_id, skip_parked, "skipped")


@events.command()
def rebase() -> None:
    """After restoring a dump into a new cluster, and before anything runs: put the log in step with it."""
    with opened() as databases:
        for source in databases.values():
            moved = restore.rebase(source, databases.values())
            click.echo(f"{source.name}: {'put in step' if moved else 'in step already'}.")


@contextmanager
def opened() -> Iterator[dict[str, Database]]:
    """Open the three databases of the installation."""
    with installation() as settings:
        databases = {name: Database.of(settings, name, pool_size=2) for name in SERVICES}
        try:
            yield databases
        finally:
            for database in databases.values():
                database.close()


def listeners() -> dict[str, Listener]:
    """Return every listener that is installed, ours and the plugins'."""
    return plugins.load(plugins.LISTENERS, Listener)


def lags(databases: dict[str, Database]) -> Table:
    """Return a line for each listener and source."""
    table = Table("listener", "source", "waiting", "parked", "last error")
    for listener in listeners().values():
        for source in databases.values():
            one = lag(listener, source, databases[listener.home])
            table.add_row(one.listener, one.source, str(one.waiting), str(one.parked), one.last_error)
    return table


def parked(databases: dict[str, Database]) -> Table:
    """Return a line for each event that a listener could not handle."""
    table = Table("parked event", "listener", "source", "since", "error")
    for row, _ in parked_rows(databases):
        since = f"{row.parked_at:%Y-%m-%d %H:%M}"
        table.add_row(str(row.event_id), row.listener, row.source, since, row.error)
    return table


def parked_rows(databases: dict[str, Database]) -> Iterator[tuple[ParkedEvent, Database]]:
    """Give what is parked in each database, oldest first."""
    open_rows = select(ParkedEvent).where(ParkedEvent.resolution.in_(OPEN)).order_by(ParkedEvent.parked_at)
    for home in databases.values():
        with home.across_networks("listing parked events") as session:
            for row in session.scalars(open_rows).all():
                yield row, home


def settle(event_id: UUID, how: Settle, done: str) -> None:
    """Retry or skip a parked event in every listener that stumbled on it."""
    known = listeners()
    with opened() as databases:
        rows = [(row, home) for row, home in parked_rows(databases) if row.event_id == event_id]
        if not rows:
            raise click.ClickException(f"No event {event_id} is parked.")
        for row, home in rows:
            if row.listener not in known:
                raise click.ClickException(f"The listener {row.listener} is not installed any more.")
            failed = how(known[row.listener], home, row.network_id, event_id) is False
            click.echo(f"{row.listener}: {'failed again, and stays parked' if failed else done}.")


def show(table: Table) -> None:
    """Print a table, unless it is empty."""
    if table.row_count:
        Console().print(table)
