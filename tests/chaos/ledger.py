"""Putting work in, and reading what came of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.events import ProductCreated
from kernel.database import Database
from kernel.events import advance
from kernel.ids import new_id
from tests.chaos.cast import NOTED, Errand, ErrandDone, chaos


def publish(billing: Database, network: UUID, names: Sequence[str]) -> None:
    """Publish an event for each name, in one transaction."""
    with billing.unit_of_work(Identity.command(network)) as uow:
        uow.publish_many(ProductCreated(product_id=new_id(), name=name) for name in names)


def new_errands(billing: Database, network: UUID, number: int) -> list[UUID]:
    """Make so many rows of due work, in one transaction."""
    made = [new_id() for _ in range(number)]
    with billing.unit_of_work(Identity.command(network)) as uow:
        for errand_id in made:
            uow.add(Errand(id=errand_id))
            uow.ring("chaos", errand_id)
    return made


def catch_up(databases: Mapping[str, Database]) -> None:
    """Let the listener of the cast read all that was published so far."""
    while advance(chaos, databases["billing"], databases["customers"]):
        pass


def noted(databases: Mapping[str, Database], network: UUID) -> list[str]:
    """Return the names of the events that were handled, in the order they were."""
    with databases["customers"].across_networks("test") as session:
        mine = select(NOTED.c.name).where(NOTED.c.network_id == network).order_by(NOTED.c.place)
        return list(session.scalars(mine))


def done(databases: Mapping[str, Database], network: UUID) -> Counter[UUID]:
    """Return how often each errand was done."""
    with databases["billing"].across_networks("test") as session:
        mine = select(ErrandDone.errand_id).where(ErrandDone.network_id == network)
        return Counter(session.scalars(mine))


def attempts(databases: Mapping[str, Database], network: UUID) -> list[tuple[str, int]]:
    """Return state and number of attempts of each errand."""
    with databases["billing"].across_networks("test") as session:
        rows = session.execute(select(Errand.state, Errand.attempts).where(Errand.network_id == network))
        return [(row.state, row.attempts) for row in rows]
