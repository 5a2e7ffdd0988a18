"""Attempts to get the money of a payment, and the methods that gateways keep for customers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.billing import ChargeStatus
from kernel.contracts.money import Money
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped
from kernel.work import DueWork, work_indexes
from services.billing.models.base import Base, words_check
from services.billing.models.links import same_payment

OPEN_CHARGES: frozenset[ChargeStatus] = frozenset(
    {"requested", "submitting", "waiting", "pending", "unknown"}
)
"""What a charge may be while money may still come of it. A payment has at most one such: see the index."""


class PaymentMethod(TenantScoped, Timestamped, Base):
    """A card or account that a gateway keeps for a customer, by the names that the gateway gave both.

    ``expires`` is ``"2029-08"`` or empty. We never see a card's number.
    """

    missing = N_("There is no such payment method.")
    __tablename__ = "payment_methods"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "gateway", "reference"),
        Index("ix_payment_methods_customer", "network_id", "customer_id"),
        Index(
            "uq_payment_methods_default",
            "network_id",
            "customer_id",
            unique=True,
            postgresql_where=text("is_default AND removed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    gateway: Mapped[str]
    gateway_customer: Mapped[str]
    reference: Mapped[str]
    brand: Mapped[str] = mapped_column(default="")
    last4: Mapped[str] = mapped_column(default="")
    expires: Mapped[str] = mapped_column(default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None]


class Charge(DueWork, Timestamped, Base):
    """One attempt to get a payment's money; its ``key`` is stored before the gateway is called.

    ``is_final``: this method will never do, so nobody tries it again. ``key_expires_at``: after it nothing
    may be posted under the key; what is unknown is then only looked up. Without a ``method_id`` the customer
    pays on a ``page`` of the gateway's, in ``language``, and comes back to ``return_to``.
    """

    missing = N_("There is no such attempt.")
    __tablename__ = "charges"
    __table_args__ = (
        *work_indexes("charges"),
        same_payment("charges"),
        ForeignKeyConstraint(
            ["network_id", "method_id"], ["payment_methods.network_id", "payment_methods.id"]
        ),
        UniqueConstraint("network_id", "key"),
        Index("ix_charges_payment", "network_id", "payment_id"),
        Index("ix_charges_reference", "network_id", "gateway", "reference"),
        Index(
            "uq_charges_open",
            "network_id",
            "payment_id",
            unique=True,
            postgresql_where=text("status IN ('requested', 'submitting', 'waiting', 'pending', 'unknown')"),
        ),
        CheckConstraint("amount > 0", name="amount"),
        words_check("status", (*sorted(OPEN_CHARGES), "succeeded", "failed", "cancelled")),
    )

    payment_id: Mapped[UUID]
    status: Mapped[ChargeStatus]
    currency: Mapped[str]
    amount: Mapped[int]
    gateway: Mapped[str]
    key: Mapped[str]
    key_expires_at: Mapped[datetime | None]
    method_id: Mapped[UUID | None]
    reference: Mapped[str] = mapped_column(default="")
    page: Mapped[str] = mapped_column(default="")
    return_to: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(default="")
    is_final: Mapped[bool] = mapped_column(default=False)
    is_automatic: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)
