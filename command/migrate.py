"""``atoll migrate``."""

import click

from command.installation import installation


@click.command()
def migrate() -> None:
    """Bring the databases of the three services up to date. Safe to run at any time, and twice."""
    from kernel import migrations

    with installation() as settings:
        migrations.migrate(settings)
    click.echo("The databases are up to date.")
