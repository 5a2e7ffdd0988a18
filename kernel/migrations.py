"""Migrations of the three databases, their roles, and the row-level security of every table.

The owner in ``ATOLL_DATABASE_URL`` makes databases, roles and tables. Each service then connects
as its runtime role, which owns nothing and sees one network; the across role sees all networks,
and only of that service.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.pool import NullPool

from kernel.config import Settings
from kernel.database import SERVICES, owner_url
from kernel.tables import APPEND_ONLY, KernelBase

LOCK = 7_401_210  # any number, the same for everybody who migrates
ROOT = Path(__file__).resolve().parent.parent


def migrate(settings: Settings) -> None:
    """Bring roles, databases and tables of the three services up to date. Safe to run twice, or half."""
    for service in SERVICES:
        _make_roles_and_database(settings, service)
        with _migrating(settings, service) as connection:
            command.upgrade(_alembic(settings, service, connection), "head")
            _grant(connection, settings, service)


def revision(settings: Settings, service: str, message: str) -> None:
    """Write a new migration of ``service`` from the difference between its models and its database."""
    _make_roles_and_database(settings, service)
    with _migrating(settings, service) as connection:
        config = _alembic(settings, service, connection)
        command.upgrade(config, "head")
        command.revision(config, message=message, autogenerate=True)


def drift(settings: Settings, service: str) -> list[Any]:
    """Return the differences between the models and the migrated database; empty when true."""
    with _migrating(settings, service) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[Any] = compare_metadata(context, metadata_of(service))  # type: ignore[arg-type]
        return found


def metadata_of(service: str) -> list[MetaData]:
    """Return what the models of a service say: the kernel's tables and its own."""
    own: MetaData = import_module(f"services.{service}.models").Base.metadata
    return [KernelBase.metadata, own]


def secure(table: str) -> None:
    """Put row-level security on a table, inside a migration: the runtime role sees its network's rows.

    Forced, so that it holds for the owner too; the across role has a policy of its own.
    """
    service, prefix = _context()
    tenant = "network_id = nullif(current_setting('atoll.network', true), '')::uuid"
    across = f"{prefix}_{service}_across"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_network ON {table} USING ({tenant}) WITH CHECK ({tenant})")
    op.execute(f"CREATE POLICY all_networks ON {table} TO {across} USING (true) WITH CHECK (true)")


def append_only(table: str) -> None:
    """Take the right to change or delete rows of a table from the runtime role, inside a migration."""
    service, prefix = _context()
    op.execute(f"COMMENT ON TABLE {table} IS '{APPEND_ONLY}'")
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {prefix}_{service}_runtime")


def _context() -> tuple[str, str]:
    config = op.get_context().config
    if config is None:
        raise RuntimeError("A migration is run by `atoll migrate`, which says whose it is.")
    return config.attributes["service"], config.attributes["prefix"]


def _make_roles_and_database(settings: Settings, service: str) -> None:
    database = f"{settings.database_prefix}_{service}"
    engine = create_engine(owner_url(settings), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # Roles belong to the whole server, so two who migrate at once must queue.
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        for role in ("runtime", "across"):
            _make_role(connection, settings, f"{database}_{role}")
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.scalar(known, {"name": database}) is None:
            connection.execute(text(f"CREATE DATABASE {database} ENCODING 'UTF8' TEMPLATE template0"))
        connection.execute(text(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"))
        connection.execute(
            text(f"GRANT CONNECT ON DATABASE {database} TO {database}_runtime, {database}_across")
        )


def _make_role(connection: Connection, settings: Settings, role: str) -> None:
    known = text("SELECT 1 FROM pg_roles WHERE rolname = :name")
    if connection.scalar(known, {"name": role}) is None:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
    # The password is hexadecimal, made from the installation's secret; it cannot break the quotes.
    password = settings.role_password(role)
    connection.execute(text(f"ALTER ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"))
    connection.execute(text(f"ALTER ROLE {role} PASSWORD '{password}'"))


def _grant(connection: Connection, settings: Settings, service: str) -> None:
    runtime, across = (f"{settings.database_prefix}_{service}_{role}" for role in ("runtime", "across"))
    append_only_tables = text(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind = 'r' AND obj_description(c.oid) = :comment"
    )
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {runtime}, {across}"))
    everything = "ALL TABLES IN SCHEMA public"
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {everything} TO {runtime}, {across}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {runtime}, {across}"))
    for table in connection.scalars(append_only_tables, {"comment": APPEND_ONLY}).all():
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {runtime}"))
    connection.commit()


@contextmanager
def _migrating(settings: Settings, service: str) -> Iterator[Connection]:
    engine = create_engine(owner_url(settings, service), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        yield connection
        connection.commit()


def _alembic(settings: Settings, service: str, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "kernel" / "alembic"))
    config.set_main_option("version_locations", str(ROOT / "services" / service / "migrations" / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(
        connection=connection,
        service=service,
        prefix=settings.database_prefix,
        metadata=metadata_of(service),
    )
    return config


if __name__ == "__main__":
    _, verb, service_name, text_of_message = sys.argv
    if verb != "revision":
        raise SystemExit("usage: python -m kernel.migrations revision SERVICE MESSAGE")
    revision(Settings(), service_name, text_of_message)
