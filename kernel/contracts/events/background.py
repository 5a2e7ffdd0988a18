"""What an admin did about work that was given up."""

from typing import Literal
from uuid import UUID

from kernel.contracts.events.happened import Happened


class ParkedEventResolved(Happened):
    """An admin had an event tried again that a listener could not handle, or gave it up: ``how``."""

    type: Literal["parked_event.resolved"] = "parked_event.resolved"
    listener: str
    event_id: UUID
    how: str


class DeadWorkRetried(Happened):
    """An admin had work tried again that was given up after its last attempt."""

    type: Literal["dead_work.retried"] = "dead_work.retried"
    kind: str
    work_id: UUID


BackgroundEvent = ParkedEventResolved | DeadWorkRetried
