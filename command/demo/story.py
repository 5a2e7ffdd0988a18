"""Telling what happened to many customers in the order of time, each story a generator of moments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heapreplace
from uuid import UUID

from kernel.database import UnitOfWork

Story = Iterator[datetime]
"""Gives the moment of what it will do next; what it does then happens at that moment."""


@dataclass(frozen=True)
class Person:
    """A customer that the demo has plans for."""

    customer_id: UUID
    email: str
    country: str
    since: datetime


@dataclass(frozen=True)
class People:
    """Everybody in the demo, and whether the network's owner has the password that was asked for."""

    site_owner: Person
    customers: list[Person]
    is_password_right: bool


def tell(uow: UnitOfWork, stories: Iterable[Story]) -> None:
    """Let the stories happen in one transaction, each step at its moment, none in the future."""
    present = uow.now
    waiting = [
        (moment, turn, story)
        for turn, story in enumerate(stories)
        if (moment := next(story, None)) is not None
    ]
    heapify(waiting)
    while waiting and waiting[0][0] <= present:
        uow.now, turn, story = waiting[0]
        moment = next(story, None)
        if moment is None:
            heappop(waiting)
        else:
            heapreplace(waiting, (moment, turn, story))
    uow.now = present
