"""``atoll admin create`` and ``atoll admin reset-second-factor``."""

import click

from command.networks import customers_of
from kernel.contracts.access import ROLES
from kernel.errors import Failure
from services.customers.accounts.accounts import create_admin
from services.customers.accounts.passwords import hash_password
from services.customers.accounts.second_factors import reset_by_operator


@click.group()
def admin() -> None:
    """Create administrators, and let one in who lost his phone."""


@admin.command()
@click.option("--network", "slug", required=True, help="The name of the network, e.g. demo.")
@click.option("--email", required=True)
@click.option("--name", required=True, help="The person's name, as others see it.")
@click.option("--role", type=click.Choice(list(ROLES)), default="administrator", show_default=True)
@click.password_option(
    envvar="ATOLL_ADMIN_PASSWORD", help="Asked for when left out, so that no history holds it."
)
def create(slug: str, email: str, name: str, role: str, password: str) -> None:
    """Create somebody who may sign in on the admin host of a network."""
    with customers_of(slug) as (_, database, identity):
        try:
            password_hash = hash_password(password, email)
            with database.unit_of_work(identity) as uow:
                account = create_admin(uow, email=email, name=name, role=role, password_hash=password_hash)
        except Failure as reason:
            raise click.ClickException(
                "\n".join(dict.fromkeys([str(reason), *reason.fields.values()]))
            ) from reason
    click.echo(f"{account.email} may now sign in as {role}.")


@admin.command("reset-second-factor")
@click.option("--network", "slug", required=True, help="The name of the network, e.g. demo.")
@click.option("--email", required=True, help="The address with which the person signs in.")
def reset_second_factor(slug: str, email: str) -> None:
    """Take the second factor off an account; its password alone lets in afterwards.

    For an owner nobody else can help. All sessions of the account end, and a mail tells the person.
    """
    with customers_of(slug) as (_, database, identity):
        try:
            with database.unit_of_work(identity) as uow:
                reset_by_operator(uow, email)
        except Failure as reason:
            raise click.ClickException(str(reason)) from reason
    click.echo(f"{email} may now sign in with the password alone.")
