"""The timeline: a line for every event, found by whom and what it concerns."""

from typing import get_args
from uuid import UUID

from kernel.contracts.events import Event, Recorded
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.customers.models import TimelineLine, TimelineSubject

SUBJECTS = ("customer_id", "account_id", "membership_id", "payment_id", "site_id")
"""The fields of an event that name what its line is shown about."""

timeline = Listener("timeline", home="customers", start="beginning")


@timeline.to(*get_args(Event))
def note_event(uow: UnitOfWork, event: Event, recorded: Recorded) -> None:
    """Add the line; it is written with the others of the batch."""
    at = recorded.occurred_at
    concerned = {getattr(event, name, None) for name in SUBJECTS} - {None}
    uow.add(
        TimelineLine(
            id=recorded.id,
            at=at,
            type=event.type,
            actor=recorded.actor,
            actor_id=recorded.impersonator or _id_in(recorded.actor),
            facts=event.model_dump(mode="json"),
            subjects=[TimelineSubject(subject_id=subject_id, at=at) for subject_id in concerned],
        )
    )


def _id_in(actor: str) -> UUID | None:
    """Return the id in ``account:<id>`` or ``api-key:<id>``; who has a name has none."""
    _, _, given = actor.partition(":")
    return UUID(given) if given else None
