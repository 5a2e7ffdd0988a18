"""Real workers and a real bell, killed at random, with Redis flushed meanwhile: all is done, once."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import redis

from kernel.config import Settings
from tests.background import fork, free_ports, wait_until
from tests.chaos import cast, ledger

ALL = 1_000  # events, and as many errands
FLUSHES = 5
CHANCE = random.Random()


class Fleet:
    """Two workers and a bell, each started again as soon as it is killed."""

    def __init__(self, own: Settings, world: str, log: Path) -> None:
        self._world, self._log = world, log
        self._homes = {
            "worker 1": (cast.run_worker, free_ports(own)),
            "worker 2": (cast.run_worker, free_ports(own)),
            "bell": (cast.run_bell, free_ports(own)),
        }
        self._running: dict[str, Any] = {name: self._start(name) for name in self._homes}

    def _start(self, name: str) -> Any:
        target, settings = self._homes[name]
        return fork(target, settings, self._world, log=self._log)

    def kill_one(self) -> None:
        # Workers hold the work, so they are killed more often.
        name = CHANCE.choice(["worker 1", "worker 1", "worker 2", "worker 2", "bell"])
        killed = self._running[name]
        killed.kill()
        killed.join()
        assert killed.exitcode == -signal.SIGKILL, f"{name} ended by itself: {self._last_words()}"
        self._running[name] = self._start(name)

    def _last_words(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def stop(self) -> None:
        for process in self._running.values():
            process.kill()
            process.join()


@pytest.fixture
def fleet(stage) -> Iterator[Fleet]:
    ledger.catch_up(stage.databases)
    started = Fleet(stage.settings, stage.world.url, stage.log)
    yield started
    started.stop()


def shares(rounds: int) -> list[int]:
    """Return how much of all the work comes in each round."""
    return [ALL * (number + 1) // rounds - ALL * number // rounds for number in range(rounds)]


def storm(fleet: Fleet, rounds: int, put_in: Callable[[int], None], flush: Callable[[], Any]) -> None:
    """Put work in and kill somebody a moment later, again and again."""
    flushes = {rounds * (number + 1) // (FLUSHES + 1) for number in range(FLUSHES)}
    for number, share in enumerate(shares(rounds)):
        put_in(share)
        time.sleep(CHANCE.uniform(0, 0.8))
        if number in flushes:
            flush()
        fleet.kill_one()


@pytest.mark.parametrize(
    "kills",
    [30, pytest.param(int(os.environ.get("ATOLL_CHAOS_KILLS", "200")), marks=pytest.mark.chaos)],
)
@pytest.mark.timeout(900)
def test_whoever_is_killed_every_effect_comes_about_exactly_once(stage, fleet, kills):
    databases, network = stage.databases, stage.network
    errands: list[UUID] = []
    events: list[str] = []

    def put_in(share: int) -> None:
        names = [str(len(events) + number) for number in range(share)]
        ledger.publish(databases["billing"], network, names)
        events.extend(names)
        errands.extend(ledger.new_errands(databases["billing"], network, share))

    storm(fleet, kills, put_in, redis.Redis.from_url(stage.broker.url).flushall)
    last_kill = time.monotonic()
    wait_until(
        lambda: (
            {state for state, _ in ledger.attempts(databases, network)} == {"done"}
            and len(ledger.noted(databases, network)) >= ALL
        ),
        seconds=30,
        what="the end of all work",
    )
    took = time.monotonic() - last_kill

    assert ledger.noted(databases, network) == events
    assert ledger.done(databases, network) == dict.fromkeys(errands, 1)
    assert set(stage.world.calls) == {str(errand_id) for errand_id in errands}
    # The storm was one: errands were torn from workers' hands.
    interrupted = [tries for _, tries in ledger.attempts(databases, network) if tries > 1]
    assert interrupted
    print(f"{kills} kills; {len(interrupted)} errands interrupted; done {took:.1f} s after the last kill")  # noqa: T201
