"""``atoll work``: what is due, what is dead, and trying the dead again."""

from uuid import UUID

import click
from rich.table import Table
from sqlalchemy import select

from command.events import opened, show
from command.settings import read_settings
from kernel.database import Database
from kernel.work import Performer, retry_dead, tally
from worker.performers import load_performers

SHOWN = 50  # dead rows of a kind


@click.group(invoke_without_command=True)
@click.pass_context
def work(context: click.Context) -> None:
    """Show how many rows of due work wait, are being worked on, and are dead."""
    if context.invoked_subcommand is None:
        with opened() as databases:
            show(tallies(databases))
            show(dead(databases))


@work.command()
@click.argument("kind")
@click.argument("row_id", type=click.UUID, required=False)
def retry(kind: str, row_id: UUID | None) -> None:
    """Make dead work of KIND due again: the row ROW_ID, or all of them."""
    known = performers()
    if kind not in known:
        raise click.ClickException(f"There is no work called {kind}; there is {', '.join(known)}.")
    performer = known[kind]
    with opened() as databases:
        revived = retry_dead(performer, databases[performer.home], row_id)
    click.echo(f"{revived} due again.")


def performers() -> dict[str, Performer]:
    """Return what performs each kind of due work in this installation."""
    return load_performers(read_settings())


def tallies(databases: dict[str, Database]) -> Table:
    """Return a line for each kind of work."""
    table = Table("work", "due", "leased", "dead")
    for performer in performers().values():
        one = tally(performer, databases[performer.home])
        table.add_row(one.kind, str(one.due), str(one.leased), str(one.dead))
    return table


def dead(databases: dict[str, Database]) -> Table:
    """Return a line for each row that was given up."""
    table = Table("dead work", "kind", "attempts", "last error")
    for performer in performers().values():
        for row_id, attempts, reason in dead_rows(performer, databases[performer.home]):
            table.add_row(str(row_id), performer.kind, str(attempts), reason)
    return table


def dead_rows(performer: Performer, home: Database) -> list[tuple[UUID, int, str]]:
    """Return the dead rows of a kind, those given up first."""
    model = performer.model
    with home.across_networks("listing dead work") as session:
        chosen = select(model.id, model.attempts, model.last_error).where(model.state == "dead")
        rows = session.execute(chosen.order_by(model.due_at).limit(SHOWN))
        return [(row.id, row.attempts, row.last_error) for row in rows]
