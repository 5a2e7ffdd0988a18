"""Payments whose money a customer's bank has taken back, or wants to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.money import Money
from kernel.contracts.refunds import DisputeStatus
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped
from services.billing.models.base import CURRENCY_CHECK, Base, words_check
from services.billing.models.links import same_payment

OPEN_DISPUTES: frozenset[DisputeStatus] = frozenset({"needs_response", "under_review"})
COSTLY_DISPUTES: frozenset[DisputeStatus] = OPEN_DISPUTES | {"lost"}
"""While a dispute is so, the customer's bank has the money."""


class Dispute(TenantScoped, Timestamped, Base):
    """A dispute as the gateway tells of it, once for each ``reference``.

    ``amount`` is what the bank takes, and ``fee`` (in ``fee_currency``) what the gateway took for it so far.
    """

    missing = N_("There is no such dispute.")
    __tablename__ = "disputes"
    __table_args__ = (
        same_payment("disputes"),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "gateway", "reference"),
        Index("ix_disputes_payment", "network_id", "payment_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("fee >= 0", name="fee"),
        CheckConstraint(CURRENCY_CHECK, name="currency"),
        CheckConstraint("(fee = 0) = (fee_currency = '')", name="fee_currency"),
        words_check("status", ("needs_response", "under_review", "won", "lost", "prevented")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    gateway: Mapped[str]
    reference: Mapped[str]
    status: Mapped[DisputeStatus]
    currency: Mapped[str]
    amount: Mapped[int]
    fee: Mapped[int] = mapped_column(default=0)
    fee_currency: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)
