"""Money on its way back to a customer."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.money import Money
from kernel.contracts.refunds import MembershipEffect, RefundStatus
from kernel.errors import N_
from kernel.work import DueWork, work_indexes
from services.billing.models.base import Base, words_check
from services.billing.models.links import same_payment

UNSETTLED_REFUNDS: frozenset[RefundStatus] = frozenset({"requested", "submitting", "unknown", "pending"})
"""What a refund may be while it is not certain whether the money went back."""

RESERVING_REFUNDS: frozenset[RefundStatus] = UNSETTLED_REFUNDS | {"succeeded"}
"""What counts as gone from the payment; only what certainly failed or came back is free again."""


class Refund(DueWork, Base):
    """Money given back, or on its way; ``reference`` is the gateway's name for it, ``key`` ours.

    ``unknown``: the gateway was asked and did not answer, so nobody can say whether the money went. The key
    is stored before the call; after ``key_expires_at`` nothing is posted under it, only looked up.
    ``asked`` is what was asked for, where the gateway gave back another ``amount``.
    ``origin`` is ``atoll`` or, of one that was made at the gateway, ``gateway``. Triggers add it to the
    payment's sums.
    """

    missing = N_("There is no such refund.")
    __tablename__ = "refunds"
    __table_args__ = (
        *work_indexes("refunds"),
        same_payment("refunds"),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "key"),
        Index("ix_refunds_payment", "network_id", "payment_id"),
        Index(
            "uq_refunds_reference",
            "network_id",
            "gateway",
            "reference",
            unique=True,
            postgresql_where=text("reference <> ''"),
        ),
        Index(
            "ix_refunds_unsettled", "network_id", "created_at", postgresql_where=text("settled_at IS NULL")
        ),
        Index("ix_refunds_newest", "network_id", desc("created_at"), desc("id")),
        Index("ix_refunds_status", "network_id", "status", desc("created_at"), desc("id")),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("asked > 0", name="asked"),
        words_check(
            "status", ("requested", "submitting", "unknown", "pending", "succeeded", "failed", "reversed")
        ),
        words_check("effect", ("keep", "cancel_now", "cancel_at_period_end")),
        words_check("origin", ("atoll", "gateway")),
    )

    payment_id: Mapped[UUID]
    status: Mapped[RefundStatus]
    currency: Mapped[str]
    amount: Mapped[int]
    asked: Mapped[int | None]
    reason: Mapped[str]
    gateway: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    key: Mapped[str]
    key_expires_at: Mapped[datetime | None]
    effect: Mapped[MembershipEffect] = mapped_column(default="keep", server_default="keep")
    origin: Mapped[Literal["atoll", "gateway"]] = mapped_column(
        Text(), default="atoll", server_default="atoll"
    )
    requested_by: Mapped[str] = mapped_column(default="", server_default="")
    failure: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)
