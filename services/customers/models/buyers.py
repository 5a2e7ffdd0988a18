"""Buyers: whom each invoice was issued to, written once and kept as long as bookkeeping law wants."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.errors import N_
from kernel.tables import APPEND_ONLY, TenantScoped
from services.customers.models.base import Base


class InvoiceBuyer(TenantScoped, Base):
    """The customer as he was called when the invoice, or credit note, was issued; append only.

    It outlives him, until the end of ``keep_until``. ``language`` is the one the document is written in.
    """

    missing = N_("The buyer of this invoice is not known yet, or no more. Try again in a moment.")
    __tablename__ = "invoice_buyers"
    __table_args__ = (
        Index("ix_invoice_buyers_payment", "network_id", "payment_id"),
        Index(
            "ix_invoice_buyers_refund",
            "network_id",
            "refund_id",
            postgresql_where=text("refund_id IS NOT NULL"),
        ),
        Index("ix_invoice_buyers_customer", "network_id", "customer_id"),
        Index("ix_invoice_buyers_keep_until", "keep_until"),
        CheckConstraint("kind IN ('invoice', 'credit_note')", name="kind"),
        CheckConstraint("language IN ('en', 'sv')", name="language"),
        {"comment": APPEND_ONLY},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    number: Mapped[str]
    payment_id: Mapped[UUID]
    refund_id: Mapped[UUID | None]
    customer_id: Mapped[UUID]
    name: Mapped[str]
    line1: Mapped[str]
    line2: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    state: Mapped[str]
    country: Mapped[str]
    vat_number: Mapped[str]
    language: Mapped[str]
    keep_until: Mapped[date]
