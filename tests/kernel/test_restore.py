"""A log restored into a new cluster, whose transaction numbers start anew."""

from time import monotonic

from sqlalchemy import func, select, update

from kernel.auth import Identity
from kernel.contracts.events import ProductCreated
from kernel.database import Database
from kernel.events import HORIZON, Listener, advance
from kernel.ids import new_id
from kernel.log import CursorRow, EventRow
from kernel.restore import is_out_of_step, rebase

AHEAD = 10**9


def listening(heard: list[str]) -> Listener:
    listener = Listener(f"restore-{new_id()}", home="sites")

    @listener.to(ProductCreated)
    def hear(uow, event, recorded) -> None:
        heard.append(event.name)

    return listener


def publish(database: Database, *names: str) -> None:
    for name in names:
        with database.unit_of_work(Identity.command(new_id())) as uow:
            uow.publish(ProductCreated(product_id=new_id(), name=name))


def as_if_restored(source: Database, home: Database) -> None:
    """Give events and cursors the numbers of a cluster that has come much further than this one."""
    with source.across_networks("a test") as session:
        session.execute(update(EventRow).values(transaction=EventRow.transaction + AHEAD))
    into_it = update(CursorRow).where(CursorRow.source == source.name)
    with home.across_networks("a test") as session:
        session.execute(into_it.values(transaction=CursorRow.transaction + AHEAD))


def newest_that_nobody_stands_before(source: Database) -> int:
    """Return the newest event's transaction, once no older one of the whole server is open any more."""
    until = monotonic() + 30
    while monotonic() < until:
        with source.across_networks("a test") as session:
            newest = session.scalar(select(func.max(EventRow.transaction)))
            if newest < session.scalar(HORIZON):
                return newest
    raise AssertionError("A transaction stays open.")


def hear_all(listener: Listener, source: Database, home: Database) -> None:
    while advance(listener, source, home):
        pass


def test_after_a_rebase_what_was_read_stays_read_and_what_is_new_is_heard_in_order(databases):
    source, home, heard = databases["billing"], databases["sites"], []
    listener = listening(heard)
    publish(source, "one", "two")
    hear_all(listener, source, home)
    already = len(heard)
    publish(source, "three", "four")
    as_if_restored(source, home)
    assert is_out_of_step(source)

    assert rebase(source, [home])
    publish(source, "five")
    hear_all(listener, source, home)

    assert heard[already:] == ["three", "four", "five"]
    assert not is_out_of_step(source)


def test_a_log_that_is_in_step_is_left_alone(databases):
    source, home = databases["billing"], databases["sites"]
    publish(source, "one")
    before = newest_that_nobody_stands_before(source)

    assert not rebase(source, [home])

    with source.across_networks("a test") as session:
        assert session.scalar(select(func.max(EventRow.transaction))) == before
