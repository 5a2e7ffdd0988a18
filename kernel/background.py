"""What of a network's background waits for a person, and what the person decides."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select, update

from kernel.contracts.background import Background, DeadWork, How
from kernel.contracts.background import ParkedEvent as ParkedContract
from kernel.contracts.events import DeadWorkRetried, ParkedEventResolved
from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound
from kernel.log import ASKED, OPEN, ParkedEvent
from kernel.work import DueWork

SHOWN = 50
LONGEST = 300  # characters of an error

Works = Mapping[str, type[DueWork]]


def waiting_for_somebody(uow: UnitOfWork, works: Works) -> Background:
    """Return the parked events and the dead work of the network, the oldest first."""
    parked = select(ParkedEvent).where(ParkedEvent.resolution.in_(OPEN)).order_by(ParkedEvent.parked_at)
    dead = [row for kind, model in works.items() for row in _dead(uow, kind, model)]
    return Background(
        parked=[_parked(row) for row in uow.session.scalars(parked.limit(SHOWN))],
        dead=sorted(dead, key=lambda row: row.due_at)[:SHOWN],
    )


def stumbled_on(uow: UnitOfWork, **named: UUID) -> str:
    """Return the error of a parked event that names these, ``deletion_id=...``; empty when there is none."""
    about = {name: str(value) for name, value in named.items()}
    parked = select(ParkedEvent.error).where(
        ParkedEvent.resolution.in_(OPEN), ParkedEvent.recorded["event"].contains(about)
    )
    return _short(uow.session.scalar(parked.limit(1)) or "")


def resolve_parked(uow: UnitOfWork, event_id: UUID, *, listener: str, how: How) -> None:
    """Give a parked event up, or let the worker try it again. Raises NotFound when it is parked no more."""
    resolved = uow.session.scalar(
        update(ParkedEvent)
        .where(
            ParkedEvent.listener == listener,
            ParkedEvent.event_id == event_id,
            ParkedEvent.resolution.in_(OPEN),
        )
        .values(resolution=ASKED if how == "again" else how)
        .returning(ParkedEvent.event_id)
    )
    if resolved is None:
        raise NotFound(N_("This event does not wait for anybody any more."))
    # The event also rings every listener of this database, which then looks for what was asked.
    uow.publish(ParkedEventResolved(listener=listener, event_id=event_id, how=how))


def retry_dead(uow: UnitOfWork, works: Works, work_id: UUID, *, kind: str) -> None:
    """Make work due again that was given up, with all its attempts. Raises NotFound."""
    gone = NotFound(N_("This work does not wait for anybody any more."))
    if kind not in works:
        raise gone
    model = works[kind]
    revived = uow.session.scalar(
        update(model)
        .where(model.id == work_id, model.state == "dead")
        .values(state="due", attempts=0, due_at=uow.now)
        .returning(model.id)
    )
    if revived is None:
        raise gone
    uow.publish(DeadWorkRetried(kind=kind, work_id=work_id))
    uow.ring(kind, work_id)


def _dead(uow: UnitOfWork, kind: str, model: type[DueWork]) -> list[DeadWork]:
    chosen = select(model).where(model.state == "dead").order_by(model.due_at).limit(SHOWN)
    return [
        DeadWork(id=row.id, kind=kind, attempts=row.attempts, error=_short(row.last_error), due_at=row.due_at)
        for row in uow.session.scalars(chosen)
    ]


def _parked(row: ParkedEvent) -> ParkedContract:
    return ParkedContract(
        event_id=row.event_id,
        listener=row.listener,
        type=str(row.recorded["event"].get("type", "")),
        error=_short(row.error),
        parked_at=row.parked_at,
        is_asked=row.resolution == ASKED,
    )


def _short(error: str) -> str:
    """Return the first line of an error: what follows may repeat the values of a statement."""
    return error.partition("\n")[0][:LONGEST]
