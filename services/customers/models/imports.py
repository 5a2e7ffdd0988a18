"""Files of customers that somebody brings in, the pieces they are kept in, and what was refused of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.auth import Identity
from kernel.errors import N_
from kernel.tables import TenantScoped
from kernel.work import DueWork, work_indexes
from services.customers.models.base import Base

PHASES = ("receiving", "choosing", "checking", "ready", "importing", "done", "stopped")


class ImportFile(DueWork, Base):
    """``line`` is the last that was handled, ``position`` the byte behind it.

    ``fields`` say what each column holds where its header does not; ``epoch`` is that of the session in
    which it was ordered. It is due work in the phases ``checking`` and ``importing`` only.
    """

    __tablename__ = "imports"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        CheckConstraint(f"phase IN {PHASES}", name="phase"),
        CheckConstraint("stopped IN ('', 'cancelled', 'not allowed', 'session ended')", name="stopped"),
        Index("ix_imports_created", "network_id", "created_at"),
        *work_indexes("imports"),
    )
    missing = N_("There is no such import.")

    name: Mapped[str]
    phase: Mapped[str] = mapped_column(default="receiving")
    size: Mapped[int] = mapped_column(default=0)
    encoding: Mapped[str] = mapped_column(default="")
    header: Mapped[list[str]] = mapped_column(default=list)
    format: Mapped[str] = mapped_column(default="")
    fields: Mapped[list[str]] = mapped_column(default=list)
    actor: Mapped[str]
    account_id: Mapped[UUID | None]
    key_id: Mapped[UUID | None]
    epoch: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    line: Mapped[int] = mapped_column(default=0)
    registered: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    is_kept: Mapped[bool] = mapped_column(default=True)
    stopped: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]

    def identity(self) -> Identity:
        """Return who brought it in: what is imported is noted in his name."""
        return Identity(self.network_id, self.actor, account_id=self.account_id, key_id=self.key_id)

    def begin(self, phase: str, now: datetime) -> None:
        """Make it due for a phase that reads the file from its first row."""
        self.phase, self.state, self.attempts, self.due_at = phase, "due", 0, now
        self.position = self.line = 0
        self.registered = self.changed = self.unchanged = self.rejected = 0
        self.stopped, self.finished_at = "", None


def _of_import() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["network_id", "import_id"], ["imports.network_id", "imports.id"], ondelete="CASCADE"
    )


class ImportPiece(TenantScoped, Base):
    """A piece of the file, so that any worker can read it; removed after some weeks."""

    __tablename__ = "import_pieces"
    __table_args__ = (_of_import(),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportReject(TenantScoped, Base):
    """A line that was refused: why, and its cells without what may be a secret."""

    __tablename__ = "import_rejects"
    __table_args__ = (_of_import(),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    template: Mapped[str]
    params: Mapped[dict[str, Any]]
    cells: Mapped[list[str]]
