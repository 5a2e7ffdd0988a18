"""Workers that die at named points and at random, while money is ordered to move; what befalls them all."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import redis

from kernel.config import Settings
from tests.background import RedisOnAPort, fork, free_ports, wait_until

CHANCE = random.Random()
BACKLOG = 12  # orders that wait, so that whoever is to die has something to die of


class Cast(Protocol):
    """The module whose functions the processes run."""

    def run_worker(self, settings: Settings, point: str, broken: bool) -> None: ...
    def run_bell(self, settings: Settings) -> None: ...


class Orders(Protocol):
    """Who orders money to move, and knows of how much it is not certain yet whether it did."""

    asked: int
    repeated: int
    broker: RedisOnAPort

    def ask(self, number: int) -> None: ...
    def undecided(self) -> int: ...
    def restart_postgres(self) -> None: ...
    def interrupted(self) -> int: ...
    def differences(self) -> list[str]: ...


@dataclass(frozen=True)
class Size:
    """How many orders at least, how many deaths at each point of ``points``, and how many at random."""

    orders: int
    each_point: int
    at_random: int
    points: tuple[str, ...]


class Fleet:
    """Two workers that die at the points they are given, one that is killed at random, and a bell."""

    def __init__(self, cast: Cast, settings: Settings, size: Size, log: Path, *, broken: bool) -> None:
        self._cast, self._settings, self._size, self._log, self._broken = cast, settings, size, log, broken
        self.deaths: Counter[str] = Counter()
        self.killed = 0
        self._bell = fork(cast.run_bell, free_ports(settings), log=log)
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
        return fork(self._cast.run_worker, free_ports(self._settings), point, self._broken, log=self._log)


def weather(till: Orders, fleet: Fleet, size: Size) -> list[str]:
    """Go through a storm; return where the books do not agree in the end."""
    try:
        storm(till, fleet, size)
        ended = time.monotonic()
        wait_until(lambda: till.undecided() == 0, seconds=60, what="the end of all orders")
        took = time.monotonic() - ended
    finally:
        fleet.stop()
    assert min(fleet.deaths[point] for point in size.points) >= size.each_point
    assert till.interrupted() > 0
    print(  # noqa: T201
        f"{till.asked} orders, {till.repeated} calls repeated; {fleet.deaths.total()} deaths at "
        f"{len(size.points)} points, {fleet.killed} at random; "
        f"{till.interrupted()} orders taken up again; all decided {took:.1f} s after the end"
    )
    return till.differences()


def storm(till: Orders, fleet: Fleet, size: Size) -> None:
    """Order money to move and let workers die until there were enough of both; then let the rest be done."""
    troubles = troubles_of(till)
    began = time.monotonic()
    while till.asked < size.orders or not fleet.is_over:
        assert time.monotonic() - began < 1500, f"the storm does not end: {fleet.deaths}"
        if till.undecided() < BACKLOG:
            till.ask(5)
        if troubles and till.asked >= size.orders * (4 - len(troubles)) // 4:
            troubles.pop(0)()
        fleet.go_on()
        time.sleep(0.05)
    for trouble in troubles:
        trouble()


def troubles_of(till: Orders) -> list[Callable[[], Any]]:
    """Return what befalls everybody once: a flush, the loss of PostgreSQL, and a flush again."""
    flush = redis.Redis.from_url(till.broker.url).flushall
    return [flush, till.restart_postgres, flush]
