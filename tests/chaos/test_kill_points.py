"""A process is killed at each line that matters; the next one brings it to the same end.

The broken twins write effect and mark in two transactions: killed between them, they do it twice
or never, and the same check shows it.
"""

import signal
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from kernel import events, work
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import ProductCreated
from kernel.database import Database
from kernel.events import Listener, advance, lag
from kernel.work import Claim, Performer, Result, finish, perform
from tests.background import fork, wait_until
from tests.chaos import ledger
from tests.chaos.cast import LEASE, NOTED, Errand, ErrandDone, Errands, chaos
from tests.chaos.conftest import Stage
from tests.chaos.deaths import die, then_die


class EffectFirst(Errands):
    """Broken: the effect is committed, then the row is marked in another transaction."""

    def __call__(self, home: Database, mine: Claim) -> Result:
        self._do(home, mine)
        time.sleep(0)
        self._mark(home, mine)
        return Result("done")

    def _do(self, home: Database, mine: Claim) -> None:
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            uow.add(ErrandDone(errand_id=mine.id))

    def _mark(self, home: Database, mine: Claim) -> None:
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            finish(uow, Errand, mine)


class MarkFirst(EffectFirst):
    """Broken: the row is marked, then the effect is committed in another transaction."""

    def __call__(self, home: Database, mine: Claim) -> Result:
        self._mark(home, mine)
        time.sleep(0)
        self._do(home, mine)
        return Result("done")


def perform_and_be_killed(settings: Settings, kind: type[Errands], world: str, point: str, row: UUID) -> None:
    home = Database.of(settings, "billing")
    errands = kind(world)
    if point == "before the call":
        errands._http.request = die
    elif point == "after the call":
        errands._http.request = then_die(errands._http.request)
    elif point == "before the mark":
        work._settle = die
    elif point == "before the commit":
        work._settle = then_die(work._settle)
    elif point == "between":
        time.sleep = die
    perform(performer_of(errands), home, row)
    die()


def performer_of(errands: Errands) -> Performer:
    return Performer(kind="chaos", home="billing", model=Errand, perform=errands, lease=LEASE)


def times_done(stage: Stage, kind: type[Errands], point: str) -> int:
    """Kill a process that performs one errand, perform it again, and count the effects."""
    billing, world = stage.databases["billing"], stage.world.url
    [errand_id] = ledger.new_errands(billing, stage.network, 1)
    killed = fork(perform_and_be_killed, stage.settings, kind, world, point, errand_id, log=stage.log)
    killed.join(30)
    assert killed.exitcode == -signal.SIGKILL
    again = performer_of(kind(world))

    def is_done() -> bool:
        perform(again, billing, errand_id)
        return ledger.attempts(stage.databases, stage.network)[0][0] == "done"

    wait_until(is_done)
    return ledger.done(stage.databases, stage.network)[errand_id]


@pytest.mark.parametrize(
    ("point", "calls"),
    [
        ("before the call", 1),
        ("after the call", 2),
        ("before the mark", 2),
        ("before the commit", 2),
        ("after the commit", 1),
    ],
)
def test_an_errand_is_done_once_wherever_its_process_is_killed(stage, point, calls):
    assert times_done(stage, Errands, point) == 1
    # The world may be asked twice, with the same key, which is how it can tell.
    assert list(stage.world.calls.values()) == [calls]


@pytest.mark.parametrize(("kind", "times"), [(EffectFirst, 2), (MarkFirst, 0)])
def test_the_test_above_notices_effect_and_mark_in_two_transactions(stage, kind, times):
    assert times_done(stage, kind, "between") == times


def listener_with(home: Callable[[], Database] | None, name: str) -> Listener:
    """Return the cast's listener; with a home, one that is broken: its effects commit by themselves."""
    if home is None:
        return chaos
    broken = Listener(name, home="customers", start="now")

    @broken.to(ProductCreated)
    def note_apart(_uow: Any, event: ProductCreated, recorded: Any) -> None:
        with home().unit_of_work(Identity.worker(recorded.network_id)) as other:
            other.session.execute(insert(NOTED).values(network_id=recorded.network_id, name=event.name))

    return broken


def advance_and_be_killed(settings: Settings, point: str, broken: str) -> None:
    source, home = Database.of(settings, "billing"), Database.of(settings, "customers")
    listener = listener_with((lambda: home) if broken else None, broken)
    if point == "at the fifth event":
        handling, handled = listener.handlers["product.created"], []

        def handle(*given: Any) -> None:
            handled.append(given)
            if len(handled) == 5:
                die()
            handling(*given)

        listener.handlers["product.created"] = handle
    elif point == "before the cursor moves":
        events._move = die
    elif point == "before the commit":
        events._move = then_die(events._move)
    advance(listener, source, home)
    die()


def handled_after_a_kill(stage: Stage, point: str, broken: str = "") -> list[str]:
    """Kill a process within its batch of ten events, read on, and return what was handled."""
    source, home = stage.databases["billing"], stage.databases["customers"]
    listener = listener_with((lambda: home) if broken else None, broken)
    while advance(listener, source, home):
        pass
    ledger.publish(source, stage.network, [str(number) for number in range(10)])
    killed = fork(advance_and_be_killed, stage.settings, point, broken, log=stage.log)
    killed.join(30)
    assert killed.exitcode == -signal.SIGKILL

    def has_read_all() -> bool:
        # PostgreSQL needs a moment to notice that the killed one, who held the cursor, is gone.
        advance(listener, source, home)
        return lag(listener, source, home).waiting == 0

    wait_until(has_read_all)
    return ledger.noted(stage.databases, stage.network)


@pytest.mark.parametrize(
    "point", ["at the fifth event", "before the cursor moves", "before the commit", "after the commit"]
)
def test_an_event_is_handled_once_wherever_the_process_is_killed(stage, point):
    assert handled_after_a_kill(stage, point) == [str(number) for number in range(10)]


def test_the_test_above_notices_a_cursor_that_moves_in_another_transaction(stage):
    names = handled_after_a_kill(stage, "at the fifth event", broken=f"apart-{stage.network.hex}")

    assert names == ["0", "1", "2", "3", *(str(number) for number in range(10))]
