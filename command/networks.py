"""The network that ``--network`` names."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click
from sqlalchemy import create_engine, select, text
from sqlalchemy.pool import NullPool

from command.installation import installation
from kernel.auth import Identity
from kernel.config import Settings
from kernel.database import Database, owner_url
from kernel.events import advance
from services.customers.models import Network
from worker.listeners.networks import networks


@contextmanager
def customers_of(slug: str) -> Iterator[tuple[Settings, Database, Identity]]:
    """Give the customers database and the operator's identity in a network, or end with a sentence."""
    with installation() as settings:
        database = Database.of(settings, "customers")
        try:
            yield settings, database, Identity.command(_network_id(settings, database, slug))
        finally:
            database.close()


def _network_id(settings: Settings, database: Database, slug: str) -> UUID:
    found = _find(database, slug)
    if found is None:
        _catch_up(settings, database)
        found = _find(database, slug)
    if found is None:
        raise click.ClickException(f"There is no network {slug!r}. `atoll demo` makes the network demo.")
    return found


def _find(database: Database, slug: str) -> UUID | None:
    with database.across_networks("finding a network by its name") as session:
        return session.scalar(select(Network.network_id).where(Network.slug == slug))


def _catch_up(settings: Settings, database: Database) -> None:
    """Hear of new networks now: the worker may not be running."""
    sites = Database.of(settings, "sites")
    try:
        while advance(networks, sites, database):
            pass
    finally:
        sites.close()


def look_again(settings: Settings) -> None:
    """Let PostgreSQL look at the tables that an import filled; until it has, it plans for small ones."""
    engine = create_engine(owner_url(settings, "customers"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE accounts, customers, customer_facts, customer_words"))
