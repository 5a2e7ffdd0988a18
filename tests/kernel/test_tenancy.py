"""Two locks between networks: the session's filter and PostgreSQL's row-level security.

The catalogue is asked, not a list kept by hand: a new table is tested the day it is made.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.pool import NullPool

from kernel.auth import Identity
from kernel.contracts.events import ProductCreated
from kernel.database import SERVICES, Database, TenantSession, owner_url
from kernel.ids import new_id
from kernel.log import EventRow

UNPROTECTED = text(
    """
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,
           EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'one_network'
                   AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL AND p.polroles = '{0}') AS policy
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'r'
      AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'network_id')
    """
)
NARROW_KEYS = text(
    """
    SELECT con.conname FROM pg_constraint con
    JOIN pg_attribute theirs ON theirs.attrelid = con.confrelid AND theirs.attname = 'network_id'
    WHERE con.contype = 'f' AND NOT theirs.attnum = ANY (con.confkey)
    """
)
POWERS = text("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = :role")
OWNED = text("SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = :role")


@pytest.fixture(params=SERVICES)
def owning(request: pytest.FixtureRequest, settings) -> Iterator[Connection]:
    """Each service's database as the owner sees its catalogue."""
    engine = create_engine(owner_url(settings, request.param), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def billing(databases) -> Database:
    return databases["billing"]


def publish(database: Database, network: UUID, name: str = "Plan") -> None:
    with database.unit_of_work(Identity.command(network)) as uow:
        uow.publish(ProductCreated(product_id=new_id(), name=name))


def unprotected(connection: Connection) -> list[str]:
    return [row.relname for row in connection.execute(UNPROTECTED) if not (row.forced and row.policy)]


def test_every_table_with_a_network_forces_row_level_security(owning):
    assert unprotected(owning) == []
    assert len(owning.execute(UNPROTECTED).all()) >= 5


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE events NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        "DROP POLICY one_network ON events",
        "CREATE TABLE forgotten (network_id uuid)",
    ],
)
def test_the_test_above_notices_a_table_that_is_open(owning, damage):
    owning.execute(text(damage))

    assert len(unprotected(owning)) == 1
    owning.rollback()


def test_every_key_into_a_table_with_a_network_carries_the_network(owning):
    assert owning.execute(NARROW_KEYS).scalars().all() == []

    owning.execute(text("CREATE TABLE forgotten (event_id uuid REFERENCES events (id))"))
    assert len(owning.execute(NARROW_KEYS).all()) == 1
    owning.rollback()


@pytest.mark.parametrize("role", ["runtime", "across"])
def test_the_roles_of_a_service_can_neither_bypass_nor_own(owning, role):
    name = f"{owning.engine.url.database}_{role}"
    row = owning.execute(POWERS, {"role": name}).one()

    assert tuple(row) == (False, False, False, False)
    assert owning.scalar(OWNED, {"role": name}) == 0


def test_the_runtime_role_cannot_open_the_door_itself(billing):
    with billing.engine.connect() as connection:
        for attempt in (
            "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
            "DROP POLICY one_network ON events",
            "CREATE TABLE mine (id int)",
            "SET ROLE postgres",
        ):
            with pytest.raises(DBAPIError):
                connection.execute(text(attempt))
            connection.rollback()


def test_a_service_cannot_connect_to_the_database_of_another(settings, billing):
    other = billing.engine.url.set(database=f"{settings.database_prefix}_sites")

    with pytest.raises(DBAPIError, match="permission denied for database"):
        create_engine(other, poolclass=NullPool).connect()


def test_a_raw_select_without_a_network_gives_no_rows(billing, network):
    publish(billing, network)

    with billing.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM events")) == 0
        assert connection.scalar(text("SELECT count(*) FROM events")) == 0


def test_a_raw_select_sees_its_own_network_only(billing, network):
    publish(billing, network)
    publish(billing, new_id())

    with billing.unit_of_work(Identity.command(network)) as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM events")) == 1


def test_a_row_cannot_be_written_into_another_network(billing, network):
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        billing.unit_of_work(Identity.command(network)) as uow,
    ):
        uow.session.execute(
            text(
                "INSERT INTO events (id, network_id, type, occurred_at, actor, request_id, payload)"
                " VALUES (:id, :other, 'x', now(), 'x', '', '{}')"
            ),
            {"id": new_id(), "other": new_id()},
        )


def test_the_session_filters_even_where_row_level_security_does_not(settings, network):
    """The superuser is above row-level security, so only the first lock is left."""
    engine = create_engine(owner_url(settings, "billing"), poolclass=NullPool)
    other = new_id()
    with TenantSession(engine) as session:
        session.info["network_id"] = network
        for one in (network, other):
            session.execute(
                text(
                    "INSERT INTO events (id, network_id, type, occurred_at, actor, request_id, payload)"
                    " VALUES (:id, :network, 'x', now(), 'x', '', '{}')"
                ),
                {"id": new_id(), "network": one},
            )

        assert session.scalars(select(EventRow.network_id)).all() == [network]
        assert session.scalar(select(func.count()).select_from(EventRow)) == 1


def test_two_thousand_alternating_requests_over_one_pool_leak_nothing(billing, network):
    other = new_id()
    publish(billing, network, "mine")
    publish(billing, other, "theirs")

    def names_seen(turn: int) -> bool:
        asking, expected = ((network, "mine"), (other, "theirs"))[turn % 2]
        with billing.unit_of_work(Identity.command(asking)) as uow:
            seen = uow.session.scalars(text("SELECT payload->>'name' FROM events")).all()
        return seen == [expected]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(names_seen, range(2000)))


def test_the_test_above_notices_a_network_that_stays_on_the_connection(billing, network):
    """The careless variant: set for the session, not for the transaction."""
    publish(billing, network, "mine")
    with billing.engine.connect() as connection:
        connection.execute(
            text("SELECT set_config('atoll.network', :network, false)"), {"network": str(network)}
        )
        connection.commit()

        assert connection.scalar(text("SELECT count(*) FROM events")) == 1
        connection.invalidate()


def test_across_networks_sees_all_and_is_the_only_way(billing, network):
    other = new_id()
    publish(billing, network)
    publish(billing, other)

    with billing.across_networks("a test") as session:
        seen = set(session.scalars(select(EventRow.network_id)))

    assert {network, other} <= seen


def test_nothing_is_written_when_the_block_raises(billing, network):
    def fail_half_way() -> None:
        with billing.unit_of_work(Identity.command(network)) as uow:
            uow.publish(ProductCreated(product_id=new_id(), name="Plan"))
            uow.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail_half_way()

    with billing.unit_of_work(Identity.command(network)) as uow:
        assert uow.session.scalar(select(func.count()).select_from(EventRow)) == 0
