"""Tables that a test adds to a service's database, as guarded as the real ones."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.pool import NullPool

from kernel.config import Settings
from kernel.database import owner_url

TENANT = "network_id = nullif(current_setting('atoll.network', true), '')::uuid"


@contextmanager
def tables(settings: Settings, service: str, metadata: MetaData) -> Iterator[None]:
    """Make the tables of ``metadata`` in a service's database; they are dropped afterwards."""
    roles = [f"{settings.database_prefix}_{service}_{role}" for role in ("runtime", "across")]
    engine = create_engine(owner_url(settings, service), poolclass=NullPool)
    with engine.begin() as connection:
        metadata.create_all(connection)
        for table in metadata.tables:
            connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
            connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
            policy = f"CREATE POLICY one_network ON {table} USING ({TENANT}) WITH CHECK ({TENANT})"
            connection.execute(text(policy))
            everything = f"CREATE POLICY all_networks ON {table} TO {roles[1]} USING (true) WITH CHECK (true)"
            connection.execute(text(everything))
            connection.execute(text(f"GRANT ALL ON {table} TO {', '.join(roles)}"))
            connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {', '.join(roles)}"))
    yield
    with engine.begin() as connection:
        metadata.drop_all(connection)
