"""What is gone for good: nothing may be begun for it any more, whoever still had its id in hand.

A lock decides between those who begin something and the one who ends it all: many may begin at
once, but nobody while, or after, it is buried.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.database import UnitOfWork
from kernel.errors import Conflict
from kernel.tables import TenantScoped


class Departed(Conflict):
    """It was deleted, or is just being deleted."""


class Tombstone(TenantScoped):
    """``cause_id`` names what ended it. ``missing`` is the sentence for who comes too late."""

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    cause_id: Mapped[UUID]
    buried_at: Mapped[datetime] = mapped_column(default=clock.now)


def require_alive(uow: UnitOfWork, graves: type[Tombstone], subject_id: UUID) -> None:
    """Keep the subject from being buried until the transaction ends. Raises Departed."""
    uow.session.execute(select(func.pg_advisory_xact_lock_shared(_key(graves, subject_id))))
    if _is_buried(uow, graves, subject_id):
        raise Departed(graves.missing)


def lock_for_burial(uow: UnitOfWork, graves: type[Tombstone], subject_id: UUID) -> bool:
    """Wait for who has begun something for it, and let nobody begin more; True when it is buried already."""
    uow.session.execute(select(func.pg_advisory_xact_lock(_key(graves, subject_id))))
    return _is_buried(uow, graves, subject_id)


def bury(uow: UnitOfWork, graves: type[Tombstone], subject_id: UUID, *, cause_id: UUID) -> None:
    """Set the stone; a second one changes nothing."""
    stone = insert(graves).values(
        network_id=uow.network_id, id=subject_id, cause_id=cause_id, buried_at=uow.now
    )
    uow.session.execute(stone.on_conflict_do_nothing())


def _is_buried(uow: UnitOfWork, graves: type[Tombstone], subject_id: UUID) -> bool:
    return uow.session.scalar(select(graves.id).where(graves.id == subject_id)) is not None


def _key(graves: type[Tombstone], subject_id: UUID) -> object:
    return func.hashtextextended(f"{graves.__tablename__} {subject_id}", 0)  # type: ignore[attr-defined]
