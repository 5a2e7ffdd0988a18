"""Payments whose money a customer's bank has taken back, or wants to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.money import Money
from kernel.contracts.refunds import DisputeStatus
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped
from services.billing.models.base import CURRENCY_CHECK, Base, words_check

OPEN_DISPUTES: frozenset[DisputeStatus] = frozenset({"needs_response", "under_review"})
COSTLY_DISPUTES: frozenset[DisputeStatus] = OPEN_DISPUTES | {"lost"}
"""While a dispute is so, the customer's bank has the money, unless the gateway says better."""
ENDED: frozenset[DisputeStatus] = frozenset({"won", "lost", "prevented"})
STAGES: dict[DisputeStatus, int] = {
    "inquiry": 0,
    "needs_response": 1,
    "under_review": 1,
    "won": 2,
    "lost": 2,
    "prevented": 2,
}
"""Without money moving, a dispute never goes back to an earlier stage: whoever says so is late."""


class Dispute(TenantScoped, Timestamped, Base):
    """A dispute as the gateway tells of it, once for each ``reference``.

    ``amount`` is what the bank disputes, ``taken`` what it has of that now, after so many ``movements`` to
    and fro; ``fee`` (in ``fee_currency``) is what the gateway took for it so far. Of one in another
    currency than the payment's only ``said`` is booked, what a person wrote down; ``held_at``: he has yet to.
    """

    missing = N_("There is no such dispute.")
    __tablename__ = "disputes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "payment_id"], ["payments.network_id", "payments.id"], name="fk_disputes_payment"
        ),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "gateway", "reference"),
        Index("ix_disputes_payment", "network_id", "payment_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("taken >= 0", name="taken"),
        CheckConstraint("said >= 0", name="said"),
        CheckConstraint("fee >= 0", name="fee"),
        CheckConstraint(CURRENCY_CHECK, name="currency"),
        CheckConstraint("(fee = 0) = (fee_currency = '')", name="fee_currency"),
        words_check("status", tuple(STAGES)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    gateway: Mapped[str]
    reference: Mapped[str]
    status: Mapped[DisputeStatus]
    currency: Mapped[str]
    amount: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    movements: Mapped[int] = mapped_column(default=0, server_default="0")
    held_at: Mapped[datetime | None]
    said: Mapped[int | None]
    fee: Mapped[int] = mapped_column(default=0)
    fee_currency: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)
