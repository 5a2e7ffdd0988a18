"""Orders to give running memberships the new price of their product."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.auth import Identity
from kernel.work import DueWork, work_indexes
from services.billing.models.base import Base


class Repricing(DueWork, Base):
    """One order, carried out in batches; ``last_id``: the membership up to which it has come.

    ``version`` is that of the product whose prices were agreed to; at another one it stops. One at a time
    for a product: the database sees to it.
    """

    __tablename__ = "repricings"
    __table_args__ = (
        *work_indexes("repricings"),
        ForeignKeyConstraint(
            ["network_id", "product_id"], ["products.network_id", "products.id"], ondelete="CASCADE"
        ),
        Index("ix_repricings_product", "network_id", "product_id", desc("created_at")),
        Index(
            "uq_repricings_open",
            "network_id",
            "product_id",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    product_id: Mapped[UUID]
    version: Mapped[int]
    actor: Mapped[str]
    impersonator: Mapped[UUID | None]
    expected: Mapped[int]
    changed: Mapped[int] = mapped_column(default=0)
    passed_over: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[UUID | None]
    is_stopped: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    def identity(self) -> Identity:
        """Return on whose behalf the memberships are changed: their histories name him."""
        allowed = frozenset({"billing.edit"})
        return Identity(self.network_id, self.actor, allowed, impersonator=self.impersonator)
