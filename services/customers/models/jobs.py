"""Something done to many customers: the order, and the customers it is still to be done to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.jobs import PERMISSIONS
from kernel.errors import N_
from kernel.tables import TenantScoped
from kernel.work import DueWork, work_indexes
from services.customers.models.base import Base


class Job(DueWork, Base):
    """``key`` makes the same order one job; ``heir_id`` takes over from those who are deleted.
    ``expected`` was agreed to; ``total`` is what there is.

    ``is_gathered``: whom it is done to stands in ``job_rows``. ``stopped`` says why it ended early:
    ``cancelled``, ``not allowed``, ``session ended``, ``changed``; ``epoch`` is that session's.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "key"),
        CheckConstraint(
            "stopped IN ('', 'cancelled', 'not allowed', 'session ended', 'changed')", name="stopped"
        ),
        CheckConstraint("heir_id IS NULL OR action = 'delete'", name="heir"),
        *work_indexes("jobs"),
    )
    missing = N_("There is no such job.")

    action: Mapped[str]
    key: Mapped[str]
    selection: Mapped[dict[str, Any]]
    actor: Mapped[str]
    account_id: Mapped[UUID | None]
    key_id: Mapped[UUID | None]
    epoch: Mapped[int | None]
    expected: Mapped[int | None]
    heir_id: Mapped[UUID | None]
    is_gathered: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    stopped: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]

    @property
    def left(self) -> int:
        """How many customers it is still to be done to."""
        return self.total - self.done - self.failed - self.skipped

    def identity(self) -> Identity:
        """Return who ordered it, holding what it takes: what is done is done, and noted, in his name."""
        held = frozenset({PERMISSIONS[self.action]})
        return Identity(self.network_id, self.actor, held, account_id=self.account_id, key_id=self.key_id)


class JobRow(TenantScoped, Base):
    """A customer to whom it is still to be done, or could not be done. Who is done has no row.

    Customers may be deleted meanwhile, so the id refers to nothing.
    """

    __tablename__ = "job_rows"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "job_id"], ["jobs.network_id", "jobs.id"], ondelete="CASCADE"),
        Index(
            "ix_job_rows_waiting",
            "network_id",
            "job_id",
            "customer_id",
            postgresql_where=text("NOT is_failed"),
        ),
    )

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_failed: Mapped[bool] = mapped_column(default=False, server_default=false())
    template: Mapped[str] = mapped_column(default="", server_default="")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
