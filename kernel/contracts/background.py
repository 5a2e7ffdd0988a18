"""What of the background waits for a person: events no listener could handle, work that was given up."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.contracts.common import Contract

How = Literal["again", "skipped"]


class ParkedEvent(Contract):
    """An event that a listener could not handle. ``is_asked``: it is about to be tried again."""

    event_id: UUID
    listener: str
    type: str
    error: str
    parked_at: datetime
    is_asked: bool


class DeadWork(Contract):
    """Work that was given up after its last attempt, which was due at ``due_at``."""

    id: UUID
    kind: str
    attempts: int
    error: str
    due_at: datetime


class Background(Contract):
    """The oldest of each, at most fifty."""

    parked: list[ParkedEvent]
    dead: list[DeadWork]


class ParkedResolution(Contract):
    """What to do with a parked event of a listener."""

    listener: str
    how: How


class DeadRetry(Contract):
    """Which kind of work the dead row is."""

    kind: str
