"""Statements put into SQL once: the network's criterion is in them, and a kept plan carries nobody over."""

from uuid import UUID

import pytest
from sqlalchemy import bindparam, select

from kernel.auth import Identity
from kernel.contracts.events import ProductCreated
from kernel.database import Database
from kernel.ids import new_id
from kernel.log import EventRow
from kernel.prepared import Prepared

TYPES = select(EventRow.network_id, EventRow.type).where(EventRow.type == bindparam("kind"))
OFTEN = 12  # PostgreSQL may keep a plan for every value from the sixth time on


@pytest.fixture
def database(settings) -> Database:
    """Billing's database over a single connection, which both networks have to share."""
    return Database.of(settings, "billing", pool_size=1)


def publish(database: Database, network: UUID) -> None:
    with database.unit_of_work(Identity.command(network)) as uow:
        uow.publish(ProductCreated(product_id=new_id(), name="Plan"))


@pytest.mark.parametrize("keeps_plan", [True, False])
def test_two_networks_share_a_statement_and_a_connection_and_see_their_own(database, network, keeps_plan):
    statement, other = Prepared(TYPES, keeps_plan=keeps_plan), new_id()
    publish(database, network)
    publish(database, other)

    for asking in (network, other) * OFTEN:
        with database.unit_of_work(Identity.command(asking)) as uow:
            rows = statement.all(uow, kind="product.created")
        assert [tuple(row) for row in rows] == [(asking, "product.created")]
    database.close()


def test_the_criterion_is_in_the_statement_itself(database, network):
    """The across role is above row-level security here, so only the statement's own lock is left."""
    publish(database, network)
    publish(database, new_id())

    with database.across_networks("a test") as everybody:
        seen = everybody.connection().exec_driver_sql(
            Prepared(TYPES).sql, {"kind": "product.created", "tenant": network}
        )
        assert [row.network_id for row in seen] == [network]
    database.close()


def test_nothing_else_on_the_connection_is_prepared(database, network):
    with database.unit_of_work(Identity.command(network)) as uow:
        Prepared(TYPES).all(uow, kind="product.created")

        assert uow.driver.prepare_threshold is None
    database.close()


def test_without_a_row_there_is_none(database, network):
    with database.unit_of_work(Identity.command(network)) as uow:
        assert Prepared(TYPES).one_or_none(uow, kind="product.created") is None
    database.close()
