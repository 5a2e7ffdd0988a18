"""The timeline: a line for every event, found by whom and what it concerns."""

from typing import Any, get_args
from uuid import UUID

from kernel.auth import id_of_actor
from kernel.bulk import insert_rows, waiting
from kernel.contracts.events import CustomerDeleted, CustomerDeletionRequested, Event, Recorded
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.customers.deletion.belongings import FORMER
from services.customers.deletion.departed import Departed, departed
from services.customers.models import TimelineLine, TimelineSubject

SUBJECTS = (
    "customer_id", "account_id", "heir_id", "former_customer_id", "membership_id", "payment_id", "site_id",
)  # fmt: skip
"""The fields of an event that name what its line is shown about."""

timeline = Listener("timeline", home="customers", start="beginning")


@timeline.to(*get_args(Event))
def note_event(uow: UnitOfWork, _event: Event, recorded: Recorded) -> None:
    """Note the line; it is written with the others of the batch, at the end of its transaction."""
    waiting(uow, _write).append(recorded)


def _write(uow: UnitOfWork, happened: list[Recorded]) -> None:
    """What is about somebody who is deleted by now is not written, or without him."""
    gone = departed(uow, {one for recorded in happened for one in _ids_of(recorded)})
    kept = [entry for recorded in happened if (entry := _entry_of(recorded, gone))]
    insert_rows(uow, TimelineLine, [line for line, _ in kept])
    insert_rows(uow, TimelineSubject, [row for _, rows in kept for row in rows])


def _entry_of(recorded: Recorded, gone: Departed) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """Return the line and whom and what it concerns; None when that is nobody and nothing any more."""
    concerned = _subjects_of(recorded)
    left = gone.without(concerned)
    if not left and concerned and not isinstance(recorded.event, CustomerDeleted):
        return None
    at = {"at": recorded.occurred_at, "line_id": recorded.id}
    return _line_of(recorded, gone), [at | {"subject_id": subject} for subject in left.values()]


def _line_of(recorded: Recorded, gone: Departed) -> dict[str, Any]:
    actor_id = recorded.impersonator or id_of_actor(recorded.actor)
    is_gone = actor_id in gone.ways
    return {
        "id": recorded.id,
        "at": recorded.occurred_at,
        "type": recorded.event.type,
        "actor": FORMER if is_gone else recorded.actor,
        "actor_id": None if is_gone else actor_id,
        "facts": recorded.event.model_dump(mode="json"),
    }


def _subjects_of(recorded: Recorded) -> dict[str, UUID]:
    """Return whom and what the event names, by the field; an heir, once something is his."""
    named = {name: getattr(recorded.event, name, None) for name in SUBJECTS}
    if isinstance(recorded.event, CustomerDeletionRequested):
        named.pop("heir_id")
    return {name: subject for name, subject in named.items() if subject is not None}


def _ids_of(recorded: Recorded) -> set[UUID]:
    actor_id = recorded.impersonator or id_of_actor(recorded.actor)
    return set(_subjects_of(recorded).values()) | ({actor_id} if actor_id else set())
