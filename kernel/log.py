"""The tables of the events log: what happened, how far each listener has read, what was parked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.auth import Identity as Actor
from kernel.contracts.events import Event, Recorded
from kernel.ids import new_id
from kernel.tables import APPEND_ONLY, KernelBase, TenantScoped


class EventRow(TenantScoped, KernelBase):
    """One event, written in the transaction of the change it tells of.

    ``transaction`` is the writing transaction's number; readers take only rows of transactions
    older than every one still open, because a later position may well be committed earlier.
    """

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_order", "transaction", "position"), {"comment": APPEND_ONLY})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    transaction: Mapped[int] = mapped_column(server_default=text("(pg_current_xact_id()::text)::bigint"))
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    type: Mapped[str]
    occurred_at: Mapped[datetime]
    actor: Mapped[str]
    impersonator: Mapped[UUID | None]
    request_id: Mapped[str]
    payload: Mapped[dict[str, Any]]


class CursorRow(KernelBase):
    """How far a listener has read one source; stands in the database the listener writes to.

    ``stuck_on`` is the event that failed last, ``failures`` how often, ``try_at`` when next.
    """

    __tablename__ = "listener_cursors"

    listener: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    transaction: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    stuck_on: Mapped[UUID | None]
    failures: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    moved_at: Mapped[datetime | None]


PARKED, ASKED = "", "asked"
OPEN = (PARKED, ASKED)


class ParkedEvent(TenantScoped, KernelBase):
    """An event that a listener could not handle; kept whole, to be retried or skipped by a person.

    ``resolution`` is empty, ``asked`` (a person wants it tried again), ``retried`` or ``skipped``.
    """

    __tablename__ = "parked_events"

    listener: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    recorded: Mapped[dict[str, Any]]
    error: Mapped[str]
    parked_at: Mapped[datetime]
    resolution: Mapped[str] = mapped_column(default="")


def row_of(event: Event, *, network_id: UUID, actor: Actor, at: datetime, request_id: str) -> dict[str, Any]:
    """Return the columns of one event, as ``insert(EventRow)`` takes them."""
    return {
        "id": new_id(),
        "network_id": network_id,
        "type": event.type,
        "occurred_at": at,
        "actor": actor.actor,
        "impersonator": actor.impersonator,
        "request_id": request_id,
        "payload": event.model_dump(mode="json"),
    }


def raw_of(source: str, row: Any) -> dict[str, Any]:
    """Return a row of the log as the contract ``Recorded`` has it, unchecked."""
    return {
        "id": row.id,
        "source": source,
        "transaction": row.transaction,
        "position": row.position,
        "network_id": row.network_id,
        "occurred_at": row.occurred_at,
        "actor": row.actor,
        "impersonator": row.impersonator,
        "request_id": row.request_id,
        "event": row.payload,
    }


def recorded_of(source: str, row: Any) -> Recorded:
    """Return the contract of a row of the log; raises pydantic's ValidationError."""
    return Recorded.model_validate(raw_of(source, row))
