"""``atoll api-key create``."""

from datetime import timedelta

import click

from command.networks import customers_of
from kernel import clock
from kernel.errors import Failure
from services.customers.accounts.api_keys import create_api_key


@click.group()
def api_key() -> None:
    """Create keys for the REST API."""


@api_key.command()
@click.option("--network", "slug", required=True, help="The name of the network, e.g. demo.")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--scopes", required=True, help="Permissions, separated by commas; or: all.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is good; forever unless given.")
def create(slug: str, name: str, scopes: str, days: int | None) -> None:
    """Create a key and print it alone; it is shown this once."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    expires_at = clock.now() + timedelta(days=days) if days else None
    with customers_of(slug) as (_, database, identity):
        try:
            with database.unit_of_work(identity) as uow:
                key = create_api_key(uow, name=name, scopes=wanted, expires_at=expires_at)
        except Failure as reason:
            raise click.ClickException(str(reason)) from reason
    click.echo(key)
