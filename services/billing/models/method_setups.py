"""Pages on which a customer saves a way to pay, and pays nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.billing import ChargeStatus
from kernel.errors import N_
from kernel.tables import Timestamped
from kernel.work import DueWork, work_indexes
from services.billing.models.base import Base, words_check
from services.billing.models.charges import OPEN_CHARGES


class MethodSetup(DueWork, Timestamped, Base):
    """One order of such a page; its ``key`` is stored before the gateway is called.

    It goes through the same states as an attempt to charge. A customer has at most one that is open.
    ``method_id`` is what was saved. ``reference`` and ``page`` are the gateway's.
    """

    missing = N_("There is no such page to save a card on.")
    __tablename__ = "method_setups"
    __table_args__ = (
        *work_indexes("method_setups"),
        ForeignKeyConstraint(
            ["network_id", "method_id"], ["payment_methods.network_id", "payment_methods.id"]
        ),
        UniqueConstraint("network_id", "key"),
        Index("ix_method_setups_customer", "network_id", "customer_id"),
        Index(
            "uq_method_setups_open",
            "network_id",
            "customer_id",
            unique=True,
            postgresql_where=text("status IN ('requested', 'submitting', 'waiting', 'pending', 'unknown')"),
        ),
        words_check("status", (*sorted(OPEN_CHARGES), "succeeded", "failed", "cancelled")),
    )

    customer_id: Mapped[UUID]
    status: Mapped[ChargeStatus]
    currency: Mapped[str]
    gateway: Mapped[str]
    key: Mapped[str]
    key_expires_at: Mapped[datetime | None]
    method_id: Mapped[UUID | None]
    return_to: Mapped[str]
    language: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    page: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
