"""What waits for a person: shown to its own network, tried again once, or given up for good."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import DeclarativeBase

from kernel import clock
from kernel.auth import Identity
from kernel.background import resolve_parked, retry_dead, waiting_for_somebody
from kernel.contracts.events import DeadWorkRetried, ParkedEventResolved, ProductCreated
from kernel.database import Database
from kernel.errors import NotFound
from kernel.events import Listener, retry_asked
from kernel.ids import new_id
from kernel.log import ParkedEvent
from kernel.tables import Conventions, new_metadata
from kernel.work import DueWork
from tests import scratch


class Base(Conventions, DeclarativeBase):
    metadata = new_metadata()


class Chore(DueWork, Base):
    __tablename__ = "chores"


WORKS = {"chore": Chore}


@pytest.fixture(scope="module", autouse=True)
def chores_table(settings) -> Iterator[None]:
    with scratch.tables(settings, "billing", Base.metadata):
        yield


@pytest.fixture
def home(databases) -> Database:
    return databases["billing"]


@pytest.fixture
def listener() -> Listener:
    return Listener(f"test-{new_id().hex}", home="billing")


def park(home: Database, owner: Identity, listener: Listener, error: str = "ValueError: no") -> UUID:
    """Leave an event as a listener leaves it that could not handle it."""
    event_id = new_id()
    recorded = {
        "id": str(event_id), "source": "billing", "transaction": 1, "position": 1,
        "network_id": str(owner.network_id), "occurred_at": clock.now().isoformat(), "actor": "command",
        "impersonator": None, "request_id": "",
        "event": ProductCreated(product_id=new_id(), name="Bas").model_dump(mode="json"),
    }  # fmt: skip
    with home.unit_of_work(owner) as uow:
        uow.add(
            ParkedEvent(
                listener=listener.name, event_id=event_id, source="billing", recorded=recorded,
                error=error, parked_at=uow.now, resolution="",
            )
        )  # fmt: skip
    return event_id


def die(home: Database, owner: Identity) -> UUID:
    work_id = new_id()
    with home.unit_of_work(owner) as uow:
        uow.add(Chore(id=work_id, state="dead", attempts=5, last_error="OSError: gone"))
    return work_id


def resolution(home: Database, owner: Identity, event_id: UUID) -> tuple[str, str]:
    with home.unit_of_work(owner) as uow:
        kept = uow.session.scalars(select(ParkedEvent).where(ParkedEvent.event_id == event_id)).one()
        return kept.resolution, kept.error


def test_a_network_sees_its_own_parked_events_and_dead_work(home, owner, listener):
    event_id = park(home, owner, listener, error="ValueError: no\n[parameters: ('asa@example.com',)]")
    work_id = die(home, owner)
    stranger = Identity.command(new_id())

    with home.unit_of_work(owner) as uow:
        shown = waiting_for_somebody(uow, WORKS)
    with home.unit_of_work(stranger) as uow:
        others = waiting_for_somebody(uow, WORKS)

    assert [(one.event_id, one.type, one.error, one.is_asked) for one in shown.parked] == [
        (event_id, "product.created", "ValueError: no", False)
    ]
    assert [(one.id, one.kind, one.attempts, one.error) for one in shown.dead] == [
        (work_id, "chore", 5, "OSError: gone")
    ]
    assert (others.parked, others.dead) == ([], [])


def test_an_event_that_somebody_asks_for_is_handled_once(home, owner, listener):
    handled: list[str] = []
    listener.to(ProductCreated)(lambda _uow, event, _recorded: handled.append(event.name))
    event_id = park(home, owner, listener)

    with home.unit_of_work(owner) as uow:
        resolve_parked(uow, event_id, listener=listener.name, how="again")
        shown = waiting_for_somebody(uow, WORKS)
    retry_asked(listener, home)
    retry_asked(listener, home)

    assert [one.is_asked for one in shown.parked] == [True]
    assert uow.published == [ParkedEventResolved(listener=listener.name, event_id=event_id, how="again")]
    assert handled == ["Bas"]
    assert resolution(home, owner, event_id) == ("retried", "ValueError: no")


def test_an_event_that_fails_again_waits_again_and_is_not_tried_for_ever(home, owner, listener):
    tries: list[str] = []

    def fail(_uow, event, _recorded):
        tries.append(event.name)
        raise RuntimeError("still broken")

    listener.to(ProductCreated)(fail)
    event_id = park(home, owner, listener)
    with home.unit_of_work(owner) as uow:
        resolve_parked(uow, event_id, listener=listener.name, how="again")

    retry_asked(listener, home)
    retry_asked(listener, home)

    assert tries == ["Bas"]
    assert resolution(home, owner, event_id) == ("", "RuntimeError: still broken")


def test_nobody_asked_nothing_is_tried(home, owner, listener):
    handled: list[str] = []
    listener.to(ProductCreated)(lambda _uow, event, _recorded: handled.append(event.name))
    park(home, owner, listener)

    retry_asked(listener, home)

    assert handled == []


def test_a_skipped_event_is_gone_for_good(home, owner, listener):
    event_id = park(home, owner, listener)
    with home.unit_of_work(owner) as uow:
        resolve_parked(uow, event_id, listener=listener.name, how="skipped")

    with pytest.raises(NotFound), home.unit_of_work(owner) as uow:
        resolve_parked(uow, event_id, listener=listener.name, how="again")

    assert resolution(home, owner, event_id) == ("skipped", "ValueError: no")


def test_dead_work_is_due_again_with_all_its_attempts(home, owner):
    work_id = die(home, owner)

    with home.unit_of_work(owner) as uow:
        retry_dead(uow, WORKS, work_id, kind="chore")

    assert uow.published == [DeadWorkRetried(kind="chore", work_id=work_id)]
    with home.unit_of_work(owner) as uow:
        again = uow.get(Chore, work_id)
        assert (again.state, again.attempts, again.due_at <= uow.now) == ("due", 0, True)


@pytest.mark.parametrize("kind", ["chore", "unheard-of"])
def test_another_networks_work_looks_absent_and_stays_as_it_is(home, owner, kind):
    work_id = die(home, owner)

    with pytest.raises(NotFound), home.unit_of_work(Identity.command(new_id())) as uow:
        retry_dead(uow, WORKS, work_id, kind=kind)

    with home.unit_of_work(owner) as uow:
        assert uow.get(Chore, work_id).state == "dead"


def test_another_networks_event_looks_absent_and_stays_as_it_is(home, owner, listener):
    event_id = park(home, owner, listener)

    with pytest.raises(NotFound), home.unit_of_work(Identity.command(new_id())) as uow:
        resolve_parked(uow, event_id, listener=listener.name, how="skipped")

    assert resolution(home, owner, event_id)[0] == ""


def test_dead_work_is_found_without_reading_what_is_done(home, owner):
    with home.unit_of_work(owner) as uow:
        uow.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = uow.session.scalars(
            text("EXPLAIN SELECT * FROM chores WHERE state = 'dead' ORDER BY due_at LIMIT 50")
        ).all()

    assert any("ix_chores_dead" in line for line in plan)
