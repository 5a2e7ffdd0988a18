"""The timeline: a line for every event, found by whom and what it concerns."""

from typing import Any, get_args

from kernel.bulk import insert_rows, waiting
from kernel.contracts.events import Event, Recorded
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.customers.models import TimelineLine, TimelineSubject

SUBJECTS = ("customer_id", "account_id", "membership_id", "payment_id", "site_id")
"""The fields of an event that name what its line is shown about."""

timeline = Listener("timeline", home="customers", start="beginning")


@timeline.to(*get_args(Event))
def note_event(uow: UnitOfWork, _event: Event, recorded: Recorded) -> None:
    """Note the line; it is written with the others of the batch, at the end of its transaction."""
    waiting(uow, _write).append(recorded)


def _write(uow: UnitOfWork, happened: list[Recorded]) -> None:
    insert_rows(uow, TimelineLine, [_line_of(recorded) for recorded in happened])
    insert_rows(uow, TimelineSubject, [row for recorded in happened for row in _subjects_of(recorded)])


def _line_of(recorded: Recorded) -> dict[str, Any]:
    return {
        "id": recorded.id,
        "at": recorded.occurred_at,
        "type": recorded.event.type,
        "actor": recorded.actor,
        "actor_id": recorded.impersonator or _id_in(recorded.actor),
        "facts": recorded.event.model_dump(mode="json"),
    }


def _subjects_of(recorded: Recorded) -> list[dict[str, Any]]:
    concerned = {getattr(recorded.event, name, None) for name in SUBJECTS} - {None}
    row = {"at": recorded.occurred_at, "line_id": recorded.id}
    return [row | {"subject_id": subject_id} for subject_id in concerned]


def _id_in(actor: str) -> str | None:
    """Return the id in ``account:<id>`` or ``api-key:<id>``; who has a name has none."""
    return actor.partition(":")[2] or None
