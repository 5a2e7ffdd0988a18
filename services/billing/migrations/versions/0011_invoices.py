"""Invoices and credit notes, numbered without gaps and never changed, and the logos on them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.migrations import append_only, secure

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "logos",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_logos")),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "number_key", sa.Text(collation="C"), sa.Computed("lower(number)", persisted=True), nullable=False
        ),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("credits_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'credit_note' OR refund_id IS NOT NULL) = (credits_id IS NOT NULL)",
            name=op.f("ck_invoices_credits"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_invoices_currency")),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note')", name=op.f("ck_invoices_kind")),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_invoices_sequence")),
        sa.CheckConstraint("total > 0 AND tax BETWEEN 0 AND total", name=op.f("ck_invoices_total")),
        sa.ForeignKeyConstraint(
            ["network_id", "credits_id"],
            ["invoices.network_id", "invoices.id"],
            name=op.f("fk_invoices_network_id_credits_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "payment_id", "currency"],
            ["payments.network_id", "payments.id", "payments.currency"],
            name="fk_invoices_payment",
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "refund_id"],
            ["refunds.network_id", "refunds.id"],
            name=op.f("fk_invoices_network_id_refund_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_invoices_network_id_id")),
        sa.UniqueConstraint(
            "network_id", "kind", "year", "sequence", name=op.f("uq_invoices_network_id_kind_year_sequence")
        ),
    )
    op.create_index(
        "ix_invoices_customer",
        "invoices",
        ["network_id", "customer_id", sa.literal_column("issued_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_invoices_newest",
        "invoices",
        ["network_id", sa.literal_column("issued_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_invoices_number", "invoices", ["network_id", "number_key"], unique=False)
    op.create_index(
        "ix_invoices_of_payment",
        "invoices",
        ["network_id", "payment_id", sa.literal_column("issued_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_invoices_payment",
        "invoices",
        ["network_id", "payment_id", "kind"],
        unique=True,
        postgresql_where=sa.text("refund_id IS NULL"),
    )
    op.create_index(
        "uq_invoices_refund",
        "invoices",
        ["network_id", "refund_id", "kind"],
        unique=True,
        postgresql_where=sa.text("refund_id IS NOT NULL"),
    )
    # Nobody has written a logo yet.
    op.drop_column("billing_settings", "logo")
    op.add_column("billing_settings", sa.Column("logo", sa.Text(), server_default="", nullable=False))
    op.alter_column("billing_settings", "logo", server_default=None)
    for table in ("logos", "invoices"):
        secure(table)
        append_only(table)
