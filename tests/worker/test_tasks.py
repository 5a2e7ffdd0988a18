"""What a ring sets off: all that waits is handled, and slow work never keeps the listeners waiting."""

from collections.abc import Iterator
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.background import resolve_parked
from kernel.contracts.events import ProductCreated
from kernel.events import Listener, advance
from kernel.ids import new_id
from kernel.work import Performer, Result
from tests import scratch
from tests.background import wait_until
from tests.chaos import cast, ledger
from tests.kernel.test_background import park
from worker.health import Life
from worker.tasks import Tasks


@pytest.fixture(scope="module", autouse=True)
def chaos_tables(settings) -> Iterator[None]:
    with (
        scratch.tables(settings, "customers", cast.EVENT_EFFECTS),
        scratch.tables(settings, "billing", cast.Base.metadata),
    ):
        yield


def listening_from_now(databases: Any, handler: Any) -> Listener:
    listener = Listener(f"test-{new_id().hex}", home="customers", start="now")
    listener.to(ProductCreated)(handler)
    while advance(listener, databases["billing"], databases["customers"]):
        pass
    return listener


def tasks_of(databases: Any, listener: Listener, performer: Performer, *, rung: Any = None) -> Tasks:
    return Tasks(
        databases,
        {listener.name: listener},
        {performer.kind: performer},
        life=Life(),
        ring=(lambda *ring: rung.append(ring)) if rung is not None else print,
        hands=3,
    )


def idle(_home: Any, _mine: Any) -> Result:
    return Result("dead", "not asked for")


def performer(action: Any = idle) -> Performer:
    return Performer(kind="chaos", home="billing", model=cast.Errand, perform=action)


def test_one_ring_handles_all_there_is(databases, network):
    handled: list[str] = []
    listener = listening_from_now(databases, lambda _uow, event, _recorded: handled.append(event.name))
    ledger.publish(databases["billing"], network, [str(number) for number in range(700)])
    tasks_of(databases, listener, performer()).advance(listener.name, "billing")

    assert handled == [str(number) for number in range(700)]


def test_events_behind_an_older_open_transaction_are_handled_as_soon_as_it_ends(
    databases, network, monkeypatch
):
    monkeypatch.setattr("worker.tasks.HELD_BACK", 10)
    handled: list[str] = []
    listener = listening_from_now(databases, lambda _uow, event, _recorded: handled.append(event.name))
    with databases["sites"].across_networks("an older transaction") as session:
        session.connection().exec_driver_sql("SELECT pg_current_xact_id()")
        ledger.publish(databases["billing"], network, ["behind"])
        tasks = tasks_of(databases, listener, performer())
        reading = Thread(target=tasks.advance, args=(listener.name, "billing"))
        reading.start()
        assert not handled
    reading.join(15)

    assert handled == ["behind"]


def test_a_long_backlog_gives_the_thread_back_and_rings_for_itself(databases, network, monkeypatch):
    monkeypatch.setattr("worker.tasks.TURN", 0.0)
    rung: list[Any] = []
    listener = listening_from_now(databases, lambda *_: None)
    ledger.publish(databases["billing"], network, ["a"])
    tasks_of(databases, listener, performer(), rung=rung).advance(listener.name, "billing")

    assert rung == [("atoll.advance", listener.name, "billing")]


def test_one_ring_performs_what_else_is_due(databases, network):
    performed: list[UUID] = []

    def action(home: Any, mine: Any) -> Result:
        performed.append(mine.id)
        return Result("dead")

    errands = ledger.new_errands(databases["billing"], network, 50)
    listener = listening_from_now(databases, lambda *_: None)
    tasks_of(databases, listener, performer(action)).perform("chaos", str(errands[0]))

    assert sorted(performed) == sorted(errands)


def test_slow_work_leaves_a_thread_to_the_listeners(databases, network):
    going, let_go = [], Event()

    def action(_home: Any, mine: Any) -> Result:
        going.append(mine.id)
        let_go.wait(10)
        return Result("dead")

    errands = ledger.new_errands(databases["billing"], network, 4)
    listener = listening_from_now(databases, lambda *_: None)
    tasks = tasks_of(databases, listener, performer(action))
    threads = [Thread(target=tasks.perform, args=("chaos", str(one))) for one in errands]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(going) == 3)
    wait_until(lambda: sum(thread.is_alive() for thread in threads) == 3)
    let_go.set()
    for thread in threads:
        thread.join(10)

    # The one whose message went is performed by who looks for more.
    assert sorted(going) == sorted(errands)


def test_a_ring_for_its_home_lets_a_listener_try_what_somebody_asked_for(databases, network):
    handled: list[str] = []
    listener = listening_from_now(databases, lambda _uow, event, _recorded: handled.append(event.name))
    owner = Identity.command(network)
    event_id = park(databases["customers"], owner, listener)
    with databases["customers"].unit_of_work(owner) as uow:
        resolve_parked(uow, event_id, listener=listener.name, how="again")
    tasks = tasks_of(databases, listener, performer())

    tasks.advance(listener.name, "billing")
    assert handled == []
    tasks.advance(listener.name, "customers")

    assert handled == ["Bas"]


def test_a_ring_for_what_nobody_knows_is_ignored(databases, network):
    listener = listening_from_now(databases, lambda *_: None)
    tasks = tasks_of(databases, listener, performer())

    tasks.advance("gone", "billing")
    tasks.advance(listener.name, "gone")
    tasks.perform("gone", str(new_id()))
