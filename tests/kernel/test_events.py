"""The events log: every event is handled once, in order, whoever writes and whatever fails.

Each promise has a broken twin here: the same check, run on a reader that does it wrongly, must
notice.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Lock
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, Uuid, delete, insert, select, text, update
from structlog.testing import capture_logs

from kernel import events
from kernel.auth import Identity
from kernel.contracts.events import ProductCreated, Recorded
from kernel.database import Database, UnitOfWork
from kernel.events import BACK_OFF, PATIENCE, Listener, advance, lag, retry_parked, skip_parked
from kernel.ids import new_id
from kernel.log import CursorRow, EventRow, ParkedEvent
from tests import scratch

METADATA = MetaData()
SEEN = Table(
    "seen_by_listeners",
    METADATA,
    Column("place", BigInteger, primary_key=True, autoincrement=True),
    Column("listener", Text, nullable=False),
    Column("network_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
)
WRITERS, EACH = 8, 250


@pytest.fixture(scope="module", autouse=True)
def seen_table(settings) -> Iterator[None]:
    with scratch.tables(settings, "customers", METADATA):
        yield


@pytest.fixture
def source(databases) -> Database:
    return databases["billing"]


@pytest.fixture
def home(databases) -> Database:
    return databases["customers"]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds pass for everybody who asks the kernel's clock."""
    passed = timedelta()
    monkeypatch.setattr("kernel.clock.now", lambda: datetime.now(UTC) + passed)

    def move(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    return move


def new_listener(handler: Any = None, *, start: Any = "now") -> Listener:
    listener = Listener(f"test-{new_id().hex}", home="customers", start=start)

    def note(uow: UnitOfWork, event: ProductCreated, recorded: Recorded) -> None:
        if handler is not None:
            handler(uow, event, recorded)
        note_seen(uow, listener.name, event.name)

    listener.to(ProductCreated)(note)
    return listener


def note_seen(uow: UnitOfWork, listener: str, name: str) -> None:
    uow.session.execute(insert(SEEN).values(listener=listener, network_id=uow.network_id, name=name))


def begin(listener: Listener, source: Database, home: Database) -> Listener:
    """Let a listener that starts now make its cursor."""
    while advance(listener, source, home):
        pass
    return listener


def publish(source: Database, network: UUID, *names: str) -> None:
    with source.unit_of_work(Identity.command(network)) as uow:
        uow.publish_many(ProductCreated(product_id=new_id(), name=name) for name in names)


def seen(home: Database, listener: Listener, network: UUID | None = None) -> list[str]:
    with home.across_networks("test") as session:
        mine = select(SEEN.c.name).where(SEEN.c.listener == listener.name).order_by(SEEN.c.place)
        return list(session.scalars(mine if network is None else mine.where(SEEN.c.network_id == network)))


def parked(home: Database, listener: Listener) -> list[ParkedEvent]:
    with home.across_networks("test") as session:
        return list(session.scalars(select(ParkedEvent).where(ParkedEvent.listener == listener.name)))


def cursor(home: Database, listener: Listener) -> CursorRow | None:
    with home.across_networks("test") as session:
        return session.scalar(select(CursorRow).where(CursorRow.listener == listener.name))


def drain(listener: Listener, source: Database, home: Database) -> None:
    while advance(listener, source, home):
        pass


class PlainReader:
    """What one writes first: remember the highest position, ask for what is above it."""

    def __init__(self, source: Database, network: UUID) -> None:
        self.names: list[str] = []
        self._source, self._network, self._last = source, network, 0

    def read(self) -> None:
        with self._source.across_networks("test") as session:
            rows = session.scalars(
                select(EventRow)
                .where(EventRow.network_id == self._network, EventRow.position > self._last)
                .order_by(EventRow.position)
            ).all()
        for row in rows:
            self.names.append(row.payload["name"])
            self._last = row.position


def write_slowly(source: Database, network: UUID, writer: int) -> None:
    """Write 250 events in transactions of five, each committed a random while after its rows were written."""
    chance = random.Random(writer)
    for first in range(0, EACH, 5):
        with source.unit_of_work(Identity.command(network)) as uow:
            names = [f"{writer}:{number}" for number in range(first, first + 5)]
            uow.publish_many(ProductCreated(product_id=new_id(), name=name) for name in names)
            write_rows(uow)
            uow.session.execute(text("SELECT pg_sleep(:while)"), {"while": chance.uniform(0, 0.02)})


def write_rows(uow: UnitOfWork) -> None:
    """Send what was published to the database now; going over to another network does that."""
    mine = uow.identity
    uow.act_for(Identity.command(new_id()))
    uow.act_for(mine)


def is_in_order_per_writer(names: list[str]) -> bool:
    pairs = [tuple(map(int, name.split(":"))) for name in names]
    return all(
        [number for by, number in pairs if by == writer] == sorted(n for by, n in pairs if by == writer)
        for writer in range(WRITERS)
    )


def test_eight_writers_and_every_listener_sees_all_in_order_while_a_plain_cursor_loses_some(
    source, home, network
):
    listeners = [begin(new_listener(), source, home) for _ in range(3)]
    plain, finished = PlainReader(source, network), Event()

    def follow(read: Callable[[], object]) -> None:
        while not finished.wait(0.003):
            read()
        read()

    with ThreadPoolExecutor(WRITERS + 4) as pool:
        following = [pool.submit(follow, plain.read)]
        following += [pool.submit(follow, lambda one=one: drain(one, source, home)) for one in listeners]
        writing = [pool.submit(write_slowly, source, network, writer) for writer in range(WRITERS)]
        for each in writing:
            each.result()
        finished.set()
        for each in following:
            each.result()

    everything = sorted(f"{writer}:{number}" for writer in range(WRITERS) for number in range(EACH))
    for listener in listeners:
        drain(listener, source, home)
        names = seen(home, listener, network)
        assert sorted(names) == everything
        assert is_in_order_per_writer(names)
    assert len(set(plain.names)) < len(everything)


def test_an_event_committed_late_is_seen_though_a_later_one_was_read_before(source, home, network):
    listener, plain = begin(new_listener(), source, home), PlainReader(source, network)
    with source.unit_of_work(Identity.command(network)) as slow:
        slow.publish(ProductCreated(product_id=new_id(), name="first written"))
        write_rows(slow)
        publish(source, network, "first committed")
        plain.read()
        drain(listener, source, home)
        assert seen(home, listener) == []
        assert events.is_held_back(listener, source)
    plain.read()
    drain(listener, source, home)

    assert seen(home, listener) == ["first written", "first committed"]
    assert plain.names == ["first committed"]


def fail_on(*bad: str) -> Callable[..., None]:
    return fail_on_any(bad)


def fail_on_any(bad: Sequence[str]) -> Callable[..., None]:
    def handler(_uow: UnitOfWork, event: ProductCreated, _recorded: Recorded) -> None:
        if event.name in bad:
            raise ValueError(f"{event.name} cannot be handled")

    return handler


def test_what_comes_before_a_failing_event_is_kept_and_the_rest_waits(source, home, network, wait):
    listener = begin(new_listener(fail_on("c")), source, home)
    publish(source, network, "a", "b", "c", "d")

    assert advance(listener, source, home) == 2

    assert seen(home, listener) == ["a", "b"]
    stuck = cursor(home, listener)
    assert (stuck.failures, stuck.last_error) == (1, "ValueError: c cannot be handled")
    assert lag(listener, source, home).waiting == 2


def test_a_failing_event_is_tried_with_back_off_then_parked_and_the_others_go_on(source, home, network, wait):
    tries = []

    def handler(_uow: UnitOfWork, event: ProductCreated, _recorded: Recorded) -> None:
        if event.name == "bad":
            tries.append(event.name)
            raise ValueError("never")

    listener = begin(new_listener(handler), source, home)
    publish(source, network, "a", "bad", "b")
    for seconds in BACK_OFF:
        advance(listener, source, home)
        before = len(tries)
        assert advance(listener, source, home) == 0
        wait(seconds - 0.5)
        assert advance(listener, source, home) == 0
        assert len(tries) == before
        assert seen(home, listener) == ["a"]
        wait(1)
    drain(listener, source, home)

    assert seen(home, listener) == ["a", "b"]
    [kept] = parked(home, listener)
    assert (kept.recorded["event"]["name"], kept.error, kept.resolution) == ("bad", "ValueError: never", "")
    assert kept.network_id == network
    # The first try of all is within the batch; each round after it begins with the event itself.
    assert len(tries) == 2 * PATIENCE


def test_the_test_above_notices_a_reader_that_drops_what_fails(source, home, network, wait, monkeypatch):
    def forget(listener, source, home, stumbled, reason):
        with home.unit_of_work(Identity.gateway(None)) as uow:
            events._move(uow, listener, source, (stumbled.transaction, stumbled.position))
        return True

    monkeypatch.setattr(events, "_note_failure", forget)
    listener = begin(new_listener(fail_on("bad")), source, home)
    publish(source, network, "a", "bad", "b")
    drain(listener, source, home)

    assert seen(home, listener) == ["a", "b"]
    assert parked(home, listener) == []


def park_one(source: Database, home: Database, network: UUID, wait: Any, bad: list[str]) -> Any:
    listener = begin(new_listener(fail_on_any(bad)), source, home)
    publish(source, network, *bad)
    for seconds in (*BACK_OFF, 0):
        drain(listener, source, home)
        wait(seconds + 1)
    [kept] = parked(home, listener)
    return listener, kept


def test_a_parked_event_can_be_retried_once_what_was_wrong_is_mended(source, home, network, wait):
    bad = ["bad"]
    listener, kept = park_one(source, home, network, wait, bad)
    assert lag(listener, source, home).parked == 1

    assert not retry_parked(listener, home, network, kept.event_id)
    assert seen(home, listener) == []
    assert parked(home, listener)[0].error == "ValueError: bad cannot be handled"
    bad.clear()
    assert retry_parked(listener, home, network, kept.event_id)
    retry_parked(listener, home, network, kept.event_id)

    assert seen(home, listener) == ["bad"]
    assert parked(home, listener)[0].resolution == "retried"
    assert lag(listener, source, home).parked == 0


def test_a_parked_event_can_be_skipped_for_good_but_not_from_another_network(source, home, network, wait):
    bad = ["bad"]
    listener, kept = park_one(source, home, network, wait, bad)

    skip_parked(listener, home, new_id(), kept.event_id)
    assert parked(home, listener)[0].resolution == ""
    skip_parked(listener, home, network, kept.event_id)
    bad.clear()
    retry_parked(listener, home, network, kept.event_id)

    assert parked(home, listener)[0].resolution == "skipped"
    assert seen(home, listener) == []


def test_a_failing_event_is_logged_with_the_request_it_came_from(source, home, network):
    listener = begin(new_listener(fail_on("bad")), source, home)
    with source.unit_of_work(Identity.command(network), request_id="from-the-browser") as uow:
        uow.publish(ProductCreated(product_id=new_id(), name="bad"))

    with capture_logs() as lines:
        drain(listener, source, home)

    failures = [line["request_id"] for line in lines if line["event"] == "event failed"]
    assert failures == ["from-the-browser"]


def test_an_event_that_cannot_be_read_is_parked_and_blocks_nobody(source, home, network, wait):
    listener = begin(new_listener(), source, home)
    publish(source, network, "spoilt", "good")
    with source.across_networks("test") as session:
        spoil = update(EventRow).where(
            EventRow.network_id == network, EventRow.payload["name"].astext == "spoilt"
        )
        session.execute(spoil.values(payload={"type": "product.created", "shape": "of long ago"}))
    for seconds in (*BACK_OFF, 0):
        drain(listener, source, home)
        wait(seconds + 1)

    [kept] = parked(home, listener)
    assert kept.recorded["event"]["shape"] == "of long ago"
    assert kept.error.startswith("ValidationError")
    assert seen(home, listener) == ["good"]
    assert not retry_parked(listener, home, network, kept.event_id)
    with source.across_networks("test") as session:
        session.execute(delete(EventRow).where(EventRow.network_id == network))


def handled_by_two_at_once(source: Database, home: Database, network: UUID) -> list[str]:
    """Let a second run begin while the first is inside its batch; return all that was handled."""
    inside, both = Event(), Barrier(2, timeout=5)
    first = Lock()

    def handler(_uow: UnitOfWork, _event: ProductCreated, _recorded: Recorded) -> None:
        if first.acquire(blocking=False):
            inside.set()
            both.wait()

    listener = begin(new_listener(handler), source, home)
    publish(source, network, "a", "b")
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(advance, listener, source, home)
        assert inside.wait(5)
        second = advance(listener, source, home)
        both.wait()
        assert running.result() == 2
    names = seen(home, listener)
    assert len(names) == 2 + second
    return names


def test_only_one_run_at_a_time_handles(source, home, network):
    assert handled_by_two_at_once(source, home, network) == ["a", "b"]


def test_the_test_above_notices_a_cursor_that_is_read_without_its_lock(source, home, network, monkeypatch):
    def look(session, listener, source):
        mine = select(CursorRow).where(CursorRow.listener == listener.name, CursorRow.source == source.name)
        return session.scalar(mine)

    locking = events._lock_cursor
    monkeypatch.setattr(events, "_lock_cursor", lambda *given: look(*given) or locking(*given))

    assert sorted(handled_by_two_at_once(source, home, network)) == ["a", "a", "b", "b"]


def test_a_new_listener_starts_with_all_there_is_or_with_what_comes(source, home, network):
    publish(source, network, "before")
    late, early = new_listener(start="now"), new_listener(start="beginning")
    for listener in (late, early):
        drain(listener, source, home)
    publish(source, network, "after")
    for listener in (late, early):
        drain(listener, source, home)

    assert seen(home, late, network) == ["after"]
    assert seen(home, early, network) == ["before", "after"]


def what_each_network_saw(
    source: Database, home: Database, listener_of: Callable[[Any], Listener]
) -> tuple[Listener, dict[UUID, list[int]]]:
    """Handle a batch that changes network at every event; count the rows each handler could see."""
    networks, counts = [new_id(), new_id()], {}

    def handler(uow: UnitOfWork, _event: ProductCreated, recorded: Recorded) -> None:
        mine = text("SELECT count(*) FROM seen_by_listeners")
        counts.setdefault(recorded.network_id, []).append(uow.session.scalar(mine))

    listener = begin(listener_of(handler), source, home)
    for number in range(10):
        publish(source, networks[number % 2], f"event {number}")
    drain(listener, source, home)
    return listener, counts


def test_a_batch_over_two_networks_leaks_nothing(source, home):
    listener, counts = what_each_network_saw(source, home, new_listener)

    assert list(counts.values()) == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]
    for network, names in zip(counts, ("02468", "13579"), strict=True):
        assert seen(home, listener, network) == [f"event {digit}" for digit in names]


def test_the_test_above_notices_a_listener_that_does_not_change_network(source, home, monkeypatch):
    home_network = new_id()

    def handle(listener: Listener, uow: UnitOfWork, recorded: Recorded) -> None:
        uow.act_for(Identity.worker(home_network))
        listener.handlers[recorded.event.type](uow, recorded.event, recorded)

    monkeypatch.setattr(Listener, "handle", handle)
    _, counts = what_each_network_saw(source, home, new_listener)

    assert list(counts.values()) == [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]]


def effects_after_a_crash(source: Database, home: Database, network: UUID, handler: Any) -> list[str]:
    """Let the run end between the effects and the move of the cursor, then run again."""
    listener = begin(handler, source, home)
    publish(source, network, "a", "b")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_move", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            advance(listener, source, home)
    drain(listener, source, home)
    return seen(home, listener)


def test_a_crash_before_the_cursor_moves_undoes_the_effects_too(source, home, network):
    assert effects_after_a_crash(source, home, network, new_listener()) == ["a", "b"]


def test_the_test_above_notices_effects_in_a_transaction_of_their_own(source, home, network):
    listener = Listener(f"test-{new_id().hex}", home="customers", start="now")

    @listener.to(ProductCreated)
    def note(_uow: UnitOfWork, event: ProductCreated, recorded: Recorded) -> None:
        with home.unit_of_work(Identity.worker(recorded.network_id)) as other:
            note_seen(other, listener.name, event.name)

    assert effects_after_a_crash(source, home, network, listener) == ["a", "b", "a", "b"]


def test_a_listener_with_nothing_to_read_leaves_its_cursor_alone(source, home, network):
    listener = begin(new_listener(), source, home)
    publish(source, network, "a")
    drain(listener, source, home)
    before = cursor(home, listener)
    for _ in range(3):
        assert advance(listener, source, home) == 0

    after = cursor(home, listener)
    assert (after.transaction, after.moved_at) == (before.transaction, before.moved_at)


def test_a_cursor_ahead_of_its_server_is_an_error_and_not_silence(source, home, network):
    listener = begin(new_listener(), source, home)
    with home.across_networks("test") as session:
        mine = update(CursorRow).where(CursorRow.listener == listener.name)
        session.execute(mine.values(transaction=2**40))

    with pytest.raises(events.LogOutOfStep, match="the database was restored or moved"):
        advance(listener, source, home)


def fail_within(uow: UnitOfWork) -> None:
    with uow.attempt():
        uow.publish(ProductCreated(product_id=new_id(), name="within"))
        uow.ring("errand", new_id())
        raise ZeroDivisionError


def test_an_attempt_that_fails_takes_back_what_it_wrote_and_said_and_nothing_else(databases, owner):
    with databases["sites"].unit_of_work(owner) as uow:
        uow.publish(ProductCreated(product_id=new_id(), name="before"))
        with pytest.raises(ZeroDivisionError):
            fail_within(uow)
        with uow.attempt():
            uow.publish(ProductCreated(product_id=new_id(), name="after"))

    with databases["sites"].unit_of_work(owner) as uow:
        told = uow.session.scalars(select(EventRow.payload).order_by(EventRow.position)).all()
    assert [payload["name"] for payload in told] == ["before", "after"]
