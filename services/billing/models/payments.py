"""Money that a customer owes or has paid, its lines, and what was given back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, desc, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.contracts.billing import PaymentStatus
from kernel.contracts.money import Money
from kernel.errors import N_, Conflict, Invalid
from kernel.tables import TenantScoped, Timestamped
from services.billing.amounts import in_words
from services.billing.models.base import CURRENCY_CHECK, Base

OPEN: frozenset[PaymentStatus] = frozenset({"pending", "processing"})
UNSETTLED_REFUNDS = frozenset({"requested", "submitting", "unknown", "pending"})
"""What a refund may be while it is not certain whether the money went back."""

REFUNDABLE: frozenset[PaymentStatus] = frozenset({"completed", "partially_refunded"})


class PaymentNotOpen(Conflict):
    """The payment is settled already, one way or the other."""


class PaymentNotRefundable(Conflict):
    """No money was received for the payment, or all of it went back."""


class RefundNotPositive(Invalid):
    """Nothing, or less, is asked back."""


class RefundTooLarge(Conflict):
    """More is asked back than is left of the payment."""


def same_payment(table: str) -> ForeignKeyConstraint:
    """Tie a child to its payment: same network, and, since it is in the key, same currency."""
    return ForeignKeyConstraint(
        ["network_id", "payment_id", "currency"],
        ["payments.network_id", "payments.id", "payments.currency"],
        name=f"fk_{table}_payment",
    )


class Payment(TenantScoped, Timestamped, Base):
    """``captured`` is what was received of ``total``, ``refunded`` what of that went back.

    ``former_customer_id`` is who bought, when he was deleted and the payment handed over.
    """

    missing = N_("There is no such payment.")
    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "id", "currency"),
        UniqueConstraint("network_id", "number"),
        ForeignKeyConstraint(["network_id", "membership_id"], ["memberships.network_id", "memberships.id"]),
        Index("ix_payments_customer", "network_id", "customer_id", desc("created_at"), desc("id")),
        Index(
            "ix_payments_former_customer",
            "network_id",
            "former_customer_id",
            postgresql_where=text("former_customer_id IS NOT NULL"),
        ),
        Index("ix_payments_membership", "network_id", "membership_id", desc("created_at"), desc("id")),
        CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'failed', 'cancelled', "
            "'partially_refunded', 'refunded', 'disputed')",
            name="status",
        ),
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("captured BETWEEN 0 AND total", name="captured"),
        CheckConstraint("refunded BETWEEN 0 AND captured", name="refunded"),
        CheckConstraint(CURRENCY_CHECK, name="currency"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    customer_id: Mapped[UUID]
    former_customer_id: Mapped[UUID | None]
    membership_id: Mapped[UUID | None]
    status: Mapped[PaymentStatus]
    currency: Mapped[str]
    total: Mapped[int]
    captured: Mapped[int]
    refunded: Mapped[int]
    gateway: Mapped[str]
    gateway_reference: Mapped[str] = mapped_column(default="")
    completed_at: Mapped[datetime | None]

    lines: Mapped[list["PaymentLine"]] = relationship(order_by="PaymentLine.position", lazy="select")
    refunds: Mapped[list["Refund"]] = relationship(order_by="Refund.created_at", lazy="select")

    def money(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.currency)

    @property
    def refundable(self) -> int:
        """What is left, in minor units."""
        return self.captured - self.refunded

    def settle(self, status: PaymentStatus) -> None:
        """Close an open payment as ``completed``, ``failed`` or ``cancelled``."""
        if self.status not in OPEN:
            raise PaymentNotOpen(N_("This payment is %(status)s already."), status=self.status)
        self.status = status

    def give_back(self, refund: "Refund") -> None:
        """Book a refund; raises RefundTooLarge, naming what is left."""
        if self.status not in REFUNDABLE:
            raise PaymentNotRefundable(
                N_("A payment that is %(status)s cannot be refunded."), status=self.status
            )
        if refund.amount <= 0:
            raise RefundNotPositive(
                N_("A refund must be more than nothing."), fields={"amount": N_("More than nothing.")}
            )
        if refund.currency != self.currency or refund.amount > self.refundable:
            raise RefundTooLarge(
                N_("At most %(left)s can be refunded."), left=in_words(self.money(self.refundable))
            )
        self.refunds.append(refund)
        self.refunded += refund.amount
        self.status = "partially_refunded" if self.refundable else "refunded"


class PaymentLine(TenantScoped, Base):
    """A line of a payment; the database holds ``total`` to its parts."""

    __tablename__ = "payment_lines"
    __table_args__ = (
        same_payment("payment_lines"),
        UniqueConstraint("network_id", "payment_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("least(unit, discount, tax, total) >= 0", name="amounts"),
        CheckConstraint("total = quantity * unit - discount + tax", name="sum"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    position: Mapped[int]
    description: Mapped[str]
    currency: Mapped[str]
    quantity: Mapped[int]
    unit: Mapped[int]
    discount: Mapped[int]
    tax: Mapped[int]
    total: Mapped[int]


class Refund(TenantScoped, Base):
    """Money given back; ``reference`` is the gateway's name for it.

    ``unknown``: the gateway was asked and did not answer, so nobody can say whether the money went.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        same_payment("refunds"),
        Index("ix_refunds_payment", "network_id", "payment_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint(
            "status IN ('requested', 'submitting', 'unknown', 'pending', 'succeeded', 'failed')",
            name="status",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(default="succeeded", server_default="succeeded")
    currency: Mapped[str]
    amount: Mapped[int]
    reason: Mapped[str]
    gateway: Mapped[str]
    reference: Mapped[str]
    created_at: Mapped[datetime]

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)
