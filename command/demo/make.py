"""Make the demo network: each step is whole or not at all, so a start that broke off is gone on with."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

import click

from command.demo.billing import make_billing
from command.demo.people import OWNER_EMAIL, make_people
from command.demo.sites import FIRST_SITE, make_sites
from command.demo.story import People
from command.installation import installation
from command.up import with_demo_password
from kernel import work
from kernel.auth import Identity
from kernel.config import Settings
from kernel.database import SERVICES, Database
from kernel.errors import Failure, NotFound
from kernel.events import Listener, advance
from kernel.ids import new_id
from kernel.migrations import migrate
from services.sites.networks import create_network, find_network
from worker.listeners import load_listeners
from worker.listeners.networks import networks
from worker.listeners.verification import verification_in_billing, verification_in_sites
from worker.performers.provisioning import provisioning

SLUG = "demo"
DOMAIN = "localhost"
SAMPLES = Path(__file__).resolve().parent.parent.parent / "demo"
MOVED_IN = ("ultimate-multisite.csv", "atoll.csv")
"""The same people twice: the first file knows where they signed in from, the second their names."""

Databases = dict[str, Database]


@dataclass(frozen=True)
class DemoMade:
    """What somebody needs to look around. ``password`` is None when the owner has another by now."""

    network: str
    admin_host: str
    owner_email: str
    site_host: str
    site_owner_email: str
    password: str | None


def make_demo(settings: Settings) -> DemoMade:
    """Make the demo network, or what an interrupted run left out; the migrations have been run."""
    with ExitStack() as stack:
        databases = {name: Database.of(settings, name, pool_size=2) for name in SERVICES}
        for database in databases.values():
            stack.callback(database.close)
        return _make(databases, settings.demo_password.get_secret_value() or token_urlsafe(9))


def _make(databases: Databases, password: str) -> DemoMade:
    operator = _operator(databases)
    samples = [SAMPLES / name for name in MOVED_IN]
    people = make_people(databases["customers"], operator, password=password, samples=samples)
    # The others must know who is asked to confirm his address, or everything would wait.
    _hear(databases, verification_in_billing)
    make_billing(databases["billing"], operator, people)
    _hear(databases, verification_in_sites)
    make_sites(databases, operator, people)
    _catch_up(databases)
    return _made(people, password)


def _made(people: People, password: str) -> DemoMade:
    return DemoMade(
        network=SLUG,
        admin_host=f"admin.{DOMAIN}",
        owner_email=OWNER_EMAIL,
        site_host=f"{FIRST_SITE}.{DOMAIN}",
        site_owner_email=people.site_owner.email,
        password=password if people.is_password_right else None,
    )


def _operator(databases: Databases) -> Identity:
    """Return the command line's identity in the network, which is founded if need be."""
    sites = databases["sites"]
    try:
        operator = Identity.command(find_network(sites, SLUG).id)
    except NotFound:
        operator = Identity.command(new_id())
        with sites.unit_of_work(operator) as uow:
            create_network(
                uow,
                slug=SLUG,
                name="Nordljus webbplatser",
                domain=DOMAIN,
                currency="SEK",
                locale="sv",
                time_zone="Europe/Stockholm",
            )
    # The customers service must know the network's currency before anything is spent.
    _hear(databases, networks)
    return operator


def _hear(databases: Databases, listener: Listener) -> None:
    """Let a listener read all that has happened."""
    for source in databases.values():
        while advance(listener, source, databases[listener.home]):
            pass


def _catch_up(databases: Databases) -> None:
    """Do what the worker would do now, so that everything is true at first sight.

    Mail is left to the worker: nobody receives any yet.
    """
    for row_id in work.due(provisioning, databases["sites"], limit=1000):
        work.perform(provisioning, databases["sites"], row_id)
    for listener in load_listeners().values():
        _hear(databases, listener)


@click.command()
def demo() -> None:
    """Make the demo network: customers, memberships, payments and sites to look around in.

    Safe to run again: what is there is left alone. The password of its owner, and of the owner of a
    site in it, is ATOLL_DEMO_PASSWORD, or made up, kept and printed.
    """
    with installation() as settings:
        migrate(settings)
        try:
            made = make_demo(with_demo_password(settings))
        except Failure as reason:
            raise click.ClickException(str(reason)) from reason
    click.echo(f"Admin console  {made.admin_host}, as {made.owner_email}")
    click.echo(f"A member site  {made.site_host}, its owner signs in as {made.site_owner_email}")
    click.echo(f"Password       {made.password or 'another one by now'}")
