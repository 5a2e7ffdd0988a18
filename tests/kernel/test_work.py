"""Due work: one claims, the lease fences, attempts are counted, and nothing is forgotten.

Each promise has a broken twin here: the same check, run without the guard, must notice.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel import work
from kernel.auth import Identity
from kernel.database import Database
from kernel.ids import new_id
from kernel.tables import Conventions, TenantScoped, new_metadata
from kernel.work import (
    CRASHES,
    JITTER,
    LEASE,
    Claim,
    DueWork,
    LeaseLost,
    Performer,
    Result,
    claim,
    finish,
    perform,
    retry_dead,
    tally,
)
from tests import scratch


class Base(Conventions, DeclarativeBase):
    metadata = new_metadata()


class Errand(DueWork, Base):
    __tablename__ = "errands"


class ErrandDone(TenantScoped, Base):
    """The effect: a line each time an errand was done."""

    __tablename__ = "errands_done"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    errand_id: Mapped[UUID]
    by: Mapped[str]


@pytest.fixture(scope="module", autouse=True)
def errand_tables(settings) -> Iterator[None]:
    with scratch.tables(settings, "billing", Base.metadata):
        yield


@pytest.fixture
def home(databases) -> Iterator[Database]:
    yield databases["billing"]
    with databases["billing"].across_networks("test") as session:
        session.execute(text("DELETE FROM errands"))


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds pass for everybody who asks the kernel's clock."""
    passed = timedelta()
    monkeypatch.setattr("kernel.clock.now", lambda: datetime.now(UTC) + passed)

    def move(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    return move


def do(home: Database, mine: Claim, by: str = "worker") -> None:
    """Write the effect and finish, in one transaction."""
    with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
        uow.add(ErrandDone(errand_id=mine.id, by=by))
        finish(uow, Errand, mine)


def succeed(home: Database, mine: Claim) -> Result:
    do(home, mine)
    return Result("done")


def fail(_home: Database, _mine: Claim) -> Result:
    raise ConnectionError("the world is away")


def performer(action: Any = succeed, **options: Any) -> Performer:
    return Performer(kind="errand", home="billing", model=Errand, perform=action, **options)


def new_errand(home: Database, network: UUID, **values: Any) -> UUID:
    errand_id = new_id()
    with home.unit_of_work(Identity.command(network)) as uow:
        uow.add(Errand(id=errand_id, **values))
        uow.ring("errand", errand_id)
    return errand_id


def stands(home: Database, errand_id: UUID) -> Errand:
    with home.across_networks("test") as session:
        return session.scalars(select(Errand).where(Errand.id == errand_id)).one()


def done_by(home: Database, errand_id: UUID) -> list[str]:
    with home.across_networks("test") as session:
        return list(session.scalars(select(ErrandDone.by).where(ErrandDone.errand_id == errand_id)))


def claimed_by_sixteen(home: Database, network: UUID) -> list[Claim]:
    errand_id = new_errand(home, network)
    together = Barrier(16, timeout=10)

    def try_it(_number: int) -> Claim | None:
        together.wait()
        return work.claim(performer(), home, errand_id)

    with ThreadPoolExecutor(16) as pool:
        return [one for one in pool.map(try_it, range(16)) if one is not None]


def test_of_sixteen_at_once_one_claims(home, network):
    [only] = claimed_by_sixteen(home, network)

    row = stands(home, only.id)
    assert (row.state, row.attempts, row.lease_token) == ("leased", 1, only.token)
    assert only.network_id == network


def test_the_test_above_notices_a_claim_that_looks_first_and_writes_then(home, network, monkeypatch):
    looked = Barrier(16, timeout=10)

    def look_then_write(performer: Performer, home: Database, row_id: UUID) -> Claim | None:
        row = stands(home, row_id)
        looked.wait()
        if row.state != "due":
            return None
        mine = Claim("errand", row_id, row.network_id, new_id(), 1, datetime.now(UTC))
        with home.across_networks("test") as session:
            take = update(Errand).where(Errand.id == row_id)
            session.execute(take.values(state="leased", lease_token=mine.token))
        return mine

    monkeypatch.setattr(work, "claim", look_then_write)

    assert len(claimed_by_sixteen(home, network)) == 16


def done_by_a_slow_one_and_its_successor(home: Database, network: UUID, wait: Any) -> UUID:
    """Let a first one sleep over its lease, a second do the work, and the first wake up."""
    errand_id = new_errand(home, network)
    first = claim(performer(), home, errand_id)
    assert claim(performer(), home, errand_id) is None
    wait(performer().lease.total_seconds() + 1)
    second = claim(performer(), home, errand_id)
    assert second.attempts == 2
    do(home, second, by="second")
    do(home, first, by="first")
    return errand_id


def test_after_the_lease_another_may_and_the_first_writes_nothing_any_more(home, network, wait):
    with pytest.raises(LeaseLost):
        done_by_a_slow_one_and_its_successor(home, network, wait)

    with home.across_networks("test") as session:
        mine = select(ErrandDone.by).where(ErrandDone.network_id == network)
        assert session.scalars(mine).all() == ["second"]


def test_the_test_above_notices_a_finish_without_the_token(home, network, wait, monkeypatch):
    def settle(uow: Any, model: Any, mine: Claim, **values: Any) -> None:
        uow.session.execute(update(model).where(model.id == mine.id).values(**values))

    monkeypatch.setattr(work, "_settle", settle)
    errand_id = done_by_a_slow_one_and_its_successor(home, network, wait)

    assert sorted(done_by(home, errand_id)) == ["first", "second"]


def test_a_slow_one_whose_lease_ran_out_may_still_finish_while_nobody_else_came(home, network, wait):
    errand_id = new_errand(home, network)
    mine = claim(performer(), home, errand_id)
    wait(600)
    do(home, mine)

    assert stands(home, errand_id).state == "done"
    assert done_by(home, errand_id) == ["worker"]


def test_losing_the_lease_while_failing_is_no_error_of_the_worker(home, network, wait):
    errand_id = new_errand(home, network)

    def be_overtaken(home: Database, _mine: Claim) -> Result:
        wait(600)
        perform(performer(), home, errand_id)
        return Result("later", "too slow")

    assert perform(performer(be_overtaken), home, errand_id)

    assert stands(home, errand_id).state == "done"
    assert done_by(home, errand_id) == ["worker"]


def test_work_that_fails_is_tried_again_with_back_off_and_dead_after_the_last(home, network, wait):
    delays = (5, 30, 300)
    failing, errand_id = performer(fail, delays=delays), new_errand(home, network)
    for attempt, delay in enumerate(delays, start=1):
        assert perform(failing, home, errand_id)
        row = stands(home, errand_id)
        waits = (row.due_at - work.clock.now()).total_seconds()
        assert (row.state, row.attempts) == ("due", attempt)
        assert row.last_error == "ConnectionError: the world is away"
        assert delay * (1 - JITTER) - 2 <= waits <= delay * (1 + JITTER)
        assert not perform(failing, home, errand_id)
        assert errand_id not in work.due(failing, home)
        wait(delay * (1 + JITTER))
        assert errand_id in work.due(failing, home)
    assert perform(failing, home, errand_id)

    row = stands(home, errand_id)
    assert (row.state, row.attempts, row.lease_token) == ("dead", 4, None)
    wait(1_000_000)
    assert not perform(failing, home, errand_id)
    assert tally(failing, home).dead == 1


def test_what_can_never_succeed_is_dead_at_once(home, network):
    errand_id = new_errand(home, network)
    perform(performer(lambda _home, _mine: Result("dead", "The card was declined.")), home, errand_id)

    row = stands(home, errand_id)
    assert (row.state, row.attempts, row.last_error) == ("dead", 1, "The card was declined.")


def test_a_person_brings_the_dead_back_one_or_all(home, network):
    hopeless = performer(lambda _home, _mine: Result("dead", "No."))
    errands = [new_errand(home, network) for _ in range(3)]
    for errand_id in errands:
        perform(hopeless, home, errand_id)

    assert retry_dead(performer(), home, errands[0]) == 1
    assert [stands(home, one).state for one in errands] == ["due", "dead", "dead"]
    assert stands(home, errands[0]).attempts == 0
    assert retry_dead(performer(), home) == 2
    for errand_id in errands:
        assert perform(performer(), home, errand_id)
        assert done_by(home, errand_id) == ["worker"]
    assert retry_dead(performer(), home) == 0


def test_a_row_that_ends_every_worker_that_touches_it_is_dead_in_the_end(home, network, wait):
    errand_id = new_errand(home, network)
    deadly = performer(delays=(1,))
    for _ in range(len(deadly.delays) + 1 + CRASHES):
        assert claim(deadly, home, errand_id) is not None
        wait(61)
    perform(deadly, home, errand_id)

    assert stands(home, errand_id).state == "dead"
    assert done_by(home, errand_id) == []


def test_due_finds_what_is_due_or_abandoned_of_every_network_and_nothing_else(home, network, wait):
    ready = new_errand(home, network)
    abandoned = new_errand(home, new_id())
    claim(performer(lease=timedelta(seconds=1)), home, abandoned)
    wait(2)
    leased, later, finished = (new_errand(home, network) for _ in range(3))
    claim(performer(), home, leased)
    perform(performer(), home, finished)
    with home.across_networks("test") as session:
        tomorrow = work.clock.now() + timedelta(days=1)
        session.execute(update(Errand).where(Errand.id == later).values(due_at=tomorrow))

    assert set(work.due(performer(), home)) == {ready, abandoned}
    assert len(work.due(performer(), home, limit=1)) == 1


def test_the_sweep_reads_an_index_however_many_rows_are_done(home, network):
    with home.across_networks("test") as session:
        session.execute(
            text(
                "INSERT INTO errands (network_id, id, state, attempts, due_at, last_error)"
                " SELECT :network, gen_random_uuid(), 'done', 1, now(), '' FROM generate_series(1, 20000)"
            ),
            {"network": network},
        )
        sweep = select(Errand.id).where(work._ready(Errand, datetime.now(UTC))).order_by(Errand.due_at)
        dialect = session.get_bind().dialect
        sql = sweep.limit(200).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        plan = session.connection().exec_driver_sql(f"EXPLAIN {sql}").scalars().all()

    assert any("ix_errands_open" in line for line in plan)


def perform_in_steps(home: Database, mine: Claim) -> Result:
    """Do a step, keep the row, do another, and give the thread to others."""
    for settle in (work.hold, work.go_on):
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            uow.add(ErrandDone(errand_id=mine.id, by="steps"))
            settle(uow, Errand, mine)
    return Result("done")


def test_work_in_steps_begins_its_attempts_anew_and_is_due_again_at_once(home, network):
    errand_id = new_errand(home, network)
    steps = performer(perform_in_steps)

    for _ in range(CRASHES * 3):
        assert perform(steps, home, errand_id)

    errand = stands(home, errand_id)
    assert (errand.state, errand.attempts, errand.lease_token) == ("due", 0, None)
    assert len(done_by(home, errand_id)) == CRASHES * 6


def test_a_step_after_the_lease_was_lost_is_undone(home, network, wait):
    errand_id = new_errand(home, network)
    slow = claim(performer(), home, errand_id)
    wait(LEASE.total_seconds() + 1)
    claim(performer(), home, errand_id)

    with pytest.raises(LeaseLost):
        perform_in_steps(home, slow)

    assert done_by(home, errand_id) == []


def test_a_step_keeps_the_row_for_a_whole_lease_more(home, network, wait):
    errand_id = new_errand(home, network)
    mine = claim(performer(), home, errand_id)
    wait(LEASE.total_seconds() - 1)
    with home.unit_of_work(Identity.worker(network)) as uow:
        work.hold(uow, Errand, mine)
    wait(LEASE.total_seconds() - 1)

    assert claim(performer(), home, errand_id) is None
