"""``atoll import customers``."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from command.networks import customers_of, look_again
from kernel.errors import Failure
from services.customers.imports.run import Import, write_rejects

REJECTS_SHOWN = 10


@click.group()
def imports() -> None:
    """Read customers from a file."""


@imports.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--network", "slug", required=True, help="The name of the network, e.g. demo.")
@click.option("--dry-run", is_flag=True, help="Change nothing; tell what would happen.")
def customers(file: Path, slug: str, dry_run: bool) -> None:
    """Import customers from FILE into a network.

    FILE is the customers export of Ultimate Multisite, the "Customers Main File" of Adobe Commerce
    or Atoll's own export, told apart by its header. Who is there already, by e-mail, is updated.
    What cannot be imported is told in FILE.rejects.csv. An interrupted import can be run again.
    """
    with customers_of(slug) as (settings, database, identity):
        running = Import(database, identity, file, dry_run=dry_run)
        try:
            _run(running, file)
        except Failure as reason:
            raise click.ClickException(str(reason)) from reason
        except KeyboardInterrupt:
            _tell(running, dry_run)
            raise click.ClickException("Interrupted. That much is done; run it again for the rest.") from None
        if not dry_run:
            look_again(settings)
    _tell(running, dry_run)
    if not dry_run:
        _tell_rejects(file, running)


def _run(running: Import, file: Path) -> None:
    """Run the import behind a progress bar, which goes to stderr."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(file.name, total=max(file.stat().st_size, 1), rows=0)
        running.run(lambda done: bar.update(task, completed=done, rows=running.report.rows))


def _tell(running: Import, dry_run: bool) -> None:
    report = running.report
    would = "would be " if dry_run else ""
    click.echo(f"{report.rows} rows, read as an export of {report.format or 'nobody'}:")
    click.echo(f"  {report.registered} {would}registered")
    click.echo(f"  {report.changed} {would}changed")
    click.echo(f"  {report.unchanged} unchanged")
    click.echo(f"  {len(report.rejects)} {would}refused")
    for reject in report.rejects[:REJECTS_SHOWN]:
        click.echo(f"    line {reject.line}: {reject.reason}")
    if len(report.rejects) > REJECTS_SHOWN:
        click.echo(f"    and {len(report.rejects) - REJECTS_SHOWN} more")


def _tell_rejects(file: Path, running: Import) -> None:
    try:
        beside = write_rejects(file, running.report.rejects)
    except OSError as reason:
        raise click.ClickException(
            f"The rejects cannot be written beside {file}: {reason.strerror}."
        ) from reason
    if beside:
        click.echo(f"All that was refused, with the reasons: {beside}")
