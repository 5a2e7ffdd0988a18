"""Writes that wait for the end of a transaction: for each network at once, and heard like any other."""

from sqlalchemy import select

from kernel.auth import Identity
from kernel.bulk import waiting
from kernel.contracts.events import ProductCreated
from kernel.database import Database, UnitOfWork
from kernel.ids import new_id
from kernel.log import EventRow


def say_all(uow: UnitOfWork, names: list[str]) -> None:
    for name in names:
        uow.publish(ProductCreated(product_id=new_id(), name=name))


def test_what_is_written_at_the_end_is_said_in_its_own_network(databases: dict[str, Database]) -> None:
    billing, owners = databases["billing"], [Identity.command(new_id()) for _ in range(2)]

    with billing.unit_of_work(owners[0]) as uow:
        for owner in (*owners, *owners):
            uow.act_for(owner)
            waiting(uow, say_all).append(str(owner.network_id))

    for owner in owners:
        with billing.unit_of_work(owner) as uow:
            said = [row.payload["name"] for row in uow.session.scalars(select(EventRow))]
        assert said == [str(owner.network_id)] * 2


def test_nothing_is_written_when_the_transaction_fails(databases: dict[str, Database]) -> None:
    billing, owner = databases["billing"], Identity.command(new_id())

    try:
        with billing.unit_of_work(owner) as uow:
            waiting(uow, say_all).append("lost")
            raise KeyError
    except KeyError:
        pass

    with billing.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(EventRow)).all() == []
