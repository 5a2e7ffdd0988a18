"""Money that a customer owes or has paid, and its lines."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    desc,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.contracts.billing import PaymentKind, PaymentStatus
from kernel.contracts.money import Money
from kernel.errors import N_, Conflict, Invalid
from kernel.tables import TenantScoped, Timestamped
from services.billing.amounts import in_words
from services.billing.models.base import CURRENCY_CHECK, Base
from services.billing.models.links import same_payment
from services.billing.models.refunds import Refund

PAYABLE: frozenset[PaymentStatus] = frozenset({"pending", "failed"})
"""What may be paid: what failed once may be tried again."""

OPEN: frozenset[PaymentStatus] = PAYABLE | {"processing"}
"""What is not settled; ``processing`` while an attempt is under way that may bring the money."""

REFUNDABLE: frozenset[PaymentStatus] = frozenset({"completed", "partially_refunded"})


class PaymentNotOpen(Conflict):
    """The payment is settled already, one way or the other."""


class PaymentNotRefundable(Conflict):
    """No money was received for the payment, or all of it went back."""


class RefundNotPositive(Invalid):
    """Nothing, or less, is asked back."""


class RefundTooLarge(Conflict):
    """More is asked back than is left of the payment."""


class Payment(TenantScoped, Timestamped, Base):
    """``captured`` is what was received of ``total``, ``refunded`` what of that went back.

    ``reserved`` is ``refunded`` and what is still on its way back. Both are kept by triggers on the
    refunds, so that no code can forget them, and a CHECK holds them to what was received. ``disputed`` is
    what the customer's bank has taken back. ``credit`` is the part of the discount that was paid before,
    for time that was taken back; ``credited`` is what of this one is credit of that kind now, and is not
    refunded besides. ``former_customer_id`` is who bought, when he was deleted and
    the payment handed over. ``late_for`` is the payment that was cancelled before this money came for it;
    until ``kept_at``, or until it is given back, a person has to say what becomes of it.
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
        CheckConstraint("reserved BETWEEN refunded AND captured", name="reserved"),
        CheckConstraint("disputed >= 0", name="disputed"),
        CheckConstraint("least(discount, tax) >= 0", name="parts"),
        CheckConstraint("least(credit, credited) >= 0", name="credit"),
        ForeignKeyConstraint(
            ["network_id", "late_for"], ["payments.network_id", "payments.id"], name="fk_payments_late_for"
        ),
        Index(
            "ix_payments_late",
            "network_id",
            "created_at",
            postgresql_where=text("late_for IS NOT NULL AND kept_at IS NULL"),
        ),
        CheckConstraint("kind IN ('first', 'renewal', 'change', 'other')", name="kind"),
        Index("ix_payments_newest", "network_id", desc("created_at"), desc("id")),
        Index("ix_payments_status", "network_id", "status", desc("created_at"), desc("id")),
        Index("ix_payments_gateway", "network_id", "gateway", desc("created_at"), desc("id")),
        Index("ix_payments_kind", "network_id", "kind", desc("created_at"), desc("id")),
        Index("ix_payments_reference", "network_id", "gateway_reference"),
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
    refunded: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0, server_default="0")
    disputed: Mapped[int] = mapped_column(default=0, server_default="0")
    discount: Mapped[int] = mapped_column(default=0, server_default="0")
    tax: Mapped[int] = mapped_column(default=0, server_default="0")
    credit: Mapped[int] = mapped_column(default=0, server_default="0")
    credited: Mapped[int] = mapped_column(default=0, server_default="0")
    kind: Mapped[PaymentKind] = mapped_column(default="other", server_default="other")
    due_at: Mapped[datetime | None]
    dunning_step: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    gateway: Mapped[str]
    gateway_reference: Mapped[str] = mapped_column(default="")
    completed_at: Mapped[datetime | None]
    late_for: Mapped[UUID | None]
    kept_at: Mapped[datetime | None]

    lines: Mapped[list["PaymentLine"]] = relationship(order_by="PaymentLine.position", lazy="select")
    refunds: Mapped[list[Refund]] = relationship(order_by=Refund.created_at, lazy="select")

    def money(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.currency)

    def add_up(self) -> None:
        """Let the sums follow from the lines."""
        self.total = sum(line.total for line in self.lines)
        self.discount = sum(line.discount for line in self.lines)
        self.tax = sum(line.tax for line in self.lines)

    @property
    def refundable(self) -> int:
        """What may still be asked back, in minor units: what is on its way, or is credit, counts as gone."""
        return max(self.captured - self.reserved - self.credited, 0)

    def check_payable(self) -> None:
        """Raise PaymentNotOpen unless it may be paid, changed or cancelled now."""
        if self.status == "processing":
            raise PaymentNotOpen(N_("This payment is being charged right now. Wait for the outcome."))
        if self.status not in PAYABLE:
            raise PaymentNotOpen(N_("This payment is %(status)s already."), status=self.status)

    def settle(self, status: PaymentStatus) -> None:
        """Close an open payment as ``completed`` or ``failed``; what failed stays payable."""
        if self.status not in OPEN:
            raise PaymentNotOpen(N_("This payment is %(status)s already."), status=self.status)
        self.status = status

    def check_refundable(self, money: Money) -> None:
        """Raise RefundTooLarge, naming what is left, PaymentNotRefundable or RefundNotPositive."""
        if self.status not in REFUNDABLE:
            raise PaymentNotRefundable(
                N_("A payment that is %(status)s cannot be refunded."), status=self.status
            )
        if money.amount <= 0:
            raise RefundNotPositive(
                N_("A refund must be more than nothing."), fields={"amount": N_("More than nothing.")}
            )
        if money.currency != self.currency or money.amount > self.refundable:
            raise RefundTooLarge(
                N_("At most %(left)s can be refunded."), left=in_words(self.money(self.refundable))
            )

    def note_refunds(self) -> None:
        """Let the status say what went back; the triggers have added it up."""
        if self.status in REFUNDABLE or self.status == "refunded":
            left = self.captured - self.refunded
            self.status = "completed" if not self.refunded else "partially_refunded" if left else "refunded"


class PaymentLine(TenantScoped, Base):
    """A line of a payment; the database holds ``total`` to its parts."""

    __tablename__ = "payment_lines"
    __table_args__ = (
        same_payment("payment_lines"),
        UniqueConstraint("network_id", "payment_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("least(unit, discount, tax, total) >= 0", name="amounts"),
        CheckConstraint("total = quantity * unit - discount + tax", name="sum"),
        Index(
            "ix_payment_lines_product",
            "network_id",
            "product_id",
            postgresql_where=text("product_id IS NOT NULL"),
        ),
        CheckConstraint("kind IN ('product', 'setup_fee', 'fee', 'other')", name="kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    position: Mapped[int]
    description: Mapped[str]
    currency: Mapped[str]
    quantity: Mapped[int]
    unit: Mapped[int]
    kind: Mapped[str] = mapped_column(default="product", server_default="product")
    product_id: Mapped[UUID | None]
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(6, 3), default=Decimal(0), server_default="0")
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    discount: Mapped[int]
    tax: Mapped[int]
    total: Mapped[int]
