"""Money is given back through the real API, worker and provider, and whoever does it is killed all the time.

Answers are lost, Redis is flushed and PostgreSQL torn down. In the end the provider's own list, the refund
rows and the ledger agree to the unit: a ledger alone would hide what went twice.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from kernel.config import Settings
from tests.background import fork, free_ports, wait_until
from tests.chaos import refund_cast
from tests.chaos.refund_cast import POINTS
from tests.chaos.till import Till, open_till

CHANCE = random.Random()
BACKLOG = 12  # refunds that wait, so that whoever is to die has something to die of
LOST = 0.02  # of the answers


@dataclass(frozen=True)
class Size:
    """How many refunds at least, how many deaths at each point, and how many at random."""

    refunds: int
    each_point: int
    at_random: int
    points: tuple[str, ...] = tuple(POINTS)


SHORT = Size(refunds=80, each_point=1, at_random=8)
FEW = Size(refunds=20, each_point=2, at_random=2, points=("after the post", "before it is booked"))
WHOLE = Size(
    refunds=int(os.environ.get("ATOLL_CHAOS_REFUNDS", "1000")),
    each_point=int(os.environ.get("ATOLL_CHAOS_POINTS", "10")),
    at_random=int(os.environ.get("ATOLL_CHAOS_RANDOM", "100")),
)


class Fleet:
    """Two workers that die at the points they are given, one that is killed at random, and a bell."""

    def __init__(self, settings: Settings, size: Size, log: Path, *, broken: bool) -> None:
        self._settings, self._size, self._log, self._broken = settings, size, log, broken
        self.deaths: Counter[str] = Counter()
        self.killed = 0
        self._bell = fork(refund_cast.run_bell, free_ports(settings), log=log)
        self._victim = self._start("")
        self._doomed: list[tuple[str, Any]] = []
        self._doom()

    @property
    def is_over(self) -> bool:
        return not self._doomed and self.killed >= self._size.at_random

    def go_on(self) -> None:
        """Bury who has died, start the next, and kill one at random now and then."""
        assert self._bell.exitcode is None, self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
        for point, process in list(self._doomed):
            if process.exitcode is not None:
                self._doomed.remove((point, process))
                self.deaths[point] += process.exitcode == -signal.SIGKILL
        self._doom()
        if self._victim.exitcode is not None:
            self._victim = self._start("")
        if self.killed < self._size.at_random and CHANCE.random() < 0.5:
            self.kill_one()

    def kill_one(self) -> None:
        self._victim.kill()
        self._victim.join()
        self.killed += self._victim.exitcode == -signal.SIGKILL
        self._victim = self._start("")

    def stop(self) -> None:
        for process in (self._bell, self._victim, *(process for _, process in self._doomed)):
            process.kill()
            process.join()

    def _doom(self) -> None:
        """Let two be on their way to the points that were died at least."""
        while len(self._doomed) < 2:
            going = Counter(point for point, _ in self._doomed)
            left = [
                point for point in self._size.points if (self.deaths + going)[point] < self._size.each_point
            ]
            if not left:
                return
            point = min(left, key=lambda one: ((self.deaths + going)[one], CHANCE.random()))
            self._doomed.append((point, self._start(point)))

    def _start(self, point: str) -> Any:
        return fork(refund_cast.run_worker, free_ports(self._settings), point, self._broken, log=self._log)


def storm(till: Till, fleet: Fleet, size: Size) -> None:
    """Ask for refunds and let workers die until there were enough of both; then let the rest be done."""
    troubles = troubles_of(till)
    began = time.monotonic()
    while till.asked < size.refunds or not fleet.is_over:
        assert time.monotonic() - began < 1500, f"the storm does not end: {fleet.deaths}"
        if till.undecided() < BACKLOG:
            till.ask(5)
        if troubles and till.asked >= size.refunds * (4 - len(troubles)) // 4:
            troubles.pop(0)()
        fleet.go_on()
        time.sleep(0.05)
    for trouble in troubles:
        trouble()


def troubles_of(till: Till) -> list[Callable[[], Any]]:
    """Return what befalls everybody once: a flush, the loss of PostgreSQL, and a flush again."""
    flush = redis.Redis.from_url(till.broker.url).flushall
    return [flush, till.restart_postgres, flush]


def weather(settings: Settings, folder: Path, size: Size, *, broken: bool = False) -> list[str]:
    """Go through a storm; return where the books do not agree in the end."""
    with open_till(settings, folder) as till:
        till.sandbox.fault("drop", endpoint="refunds", probability=LOST)
        fleet = Fleet(till.settings, size, folder / "log", broken=broken)
        try:
            storm(till, fleet, size)
            ended = time.monotonic()
            wait_until(lambda: till.undecided() == 0, seconds=60, what="the end of all refunds")
            took = time.monotonic() - ended
        finally:
            fleet.stop()
        assert min(fleet.deaths[point] for point in size.points) >= size.each_point
        assert till.interrupted() > 0
        print(  # noqa: T201
            f"{till.asked} refunds, {till.repeated} calls repeated; {fleet.deaths.total()} deaths at "
            f"{len(size.points)} points, {fleet.killed} at random; "
            f"{till.interrupted()} refunds taken up again; all decided {took:.1f} s after the end"
        )
        return till.differences()


@pytest.mark.parametrize(
    "size", [SHORT, pytest.param(WHOLE, marks=pytest.mark.chaos)], ids=["short", "whole"]
)
@pytest.mark.timeout(1800)
def test_whoever_dies_money_goes_back_once_and_the_books_agree(
    settings: Settings, tmp_path: Path, size: Size
) -> None:
    assert weather(settings, tmp_path, size) == []


@pytest.mark.timeout(600)
def test_the_test_above_notices_a_new_key_for_each_attempt(settings: Settings, tmp_path: Path) -> None:
    differences = weather(settings, tmp_path, FEW, broken=True)

    assert any("went at the provider and is not here" in difference for difference in differences)
