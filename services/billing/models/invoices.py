"""Invoices and credit notes, and the logos that stand on them: written once, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    desc,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.invoices import InvoiceKind
from kernel.contracts.money import Money
from kernel.errors import N_
from kernel.tables import APPEND_ONLY, TenantScoped
from services.billing.models.base import CURRENCY_CHECK, Base, words_check
from services.billing.models.links import same_payment


class Invoice(TenantScoped, Base):
    """``number`` is what people read, ``2026-00042``: its ``kind`` is the series, ``year`` the network's.

    ``credits_id`` is what it takes back: a credit note an invoice, and, when the money of a ``refund_id``
    came again, an invoice that credit note. ``document`` is all that it says, but its buyer. The table is
    append only; a payment has one invoice, and a refund one credit note.
    """

    missing = N_("There is no such invoice.")
    __tablename__ = "invoices"
    __table_args__ = (
        same_payment("invoices"),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "kind", "year", "sequence"),
        ForeignKeyConstraint(["network_id", "refund_id"], ["refunds.network_id", "refunds.id"]),
        ForeignKeyConstraint(["network_id", "credits_id"], ["invoices.network_id", "invoices.id"]),
        Index(
            "uq_invoices_payment",
            "network_id",
            "payment_id",
            "kind",
            unique=True,
            postgresql_where=text("refund_id IS NULL"),
        ),
        Index(
            "uq_invoices_refund",
            "network_id",
            "refund_id",
            "kind",
            unique=True,
            postgresql_where=text("refund_id IS NOT NULL"),
        ),
        Index("ix_invoices_of_payment", "network_id", "payment_id", desc("issued_at"), desc("id")),
        Index("ix_invoices_customer", "network_id", "customer_id", desc("issued_at"), desc("id")),
        Index("ix_invoices_newest", "network_id", desc("issued_at"), desc("id")),
        Index("ix_invoices_number", "network_id", "number_key"),
        words_check("kind", ("invoice", "credit_note")),
        CheckConstraint(
            "(kind = 'credit_note' OR refund_id IS NOT NULL) = (credits_id IS NOT NULL)", name="credits"
        ),
        CheckConstraint("sequence > 0", name="sequence"),
        CheckConstraint("total > 0 AND tax BETWEEN 0 AND total", name="total"),
        CheckConstraint(CURRENCY_CHECK, name="currency"),
        {"comment": APPEND_ONLY},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[InvoiceKind]
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str]
    number_key: Mapped[str] = mapped_column(Text(collation="C"), Computed("lower(number)", persisted=True))
    customer_id: Mapped[UUID]
    payment_id: Mapped[UUID]
    refund_id: Mapped[UUID | None]
    credits_id: Mapped[UUID | None]
    issued_at: Mapped[datetime]
    currency: Mapped[str]
    total: Mapped[int]
    tax: Mapped[int]
    document: Mapped[dict[str, Any]]

    @property
    def money(self) -> Money:
        return Money(amount=self.total, currency=self.currency)


class Logo(TenantScoped, Base):
    """A picture, PNG, by the SHA-256 of its bytes: invoices go on showing the one they were issued with."""

    missing = N_("There is no such picture.")
    __tablename__ = "logos"
    __table_args__ = ({"comment": APPEND_ONLY},)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    created_at: Mapped[datetime]
