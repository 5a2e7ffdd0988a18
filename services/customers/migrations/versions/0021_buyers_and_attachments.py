"""Buyers of invoices, which stay for as long as the law wants, and files that go with messages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import append_only, secure

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "invoice_buyers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line1", sa.Text(), nullable=False),
        sa.Column("line2", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("vat_number", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note')", name=op.f("ck_invoice_buyers_kind")),
        sa.CheckConstraint("language IN ('en', 'sv')", name=op.f("ck_invoice_buyers_language")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_buyers")),
    )
    op.create_index(
        "ix_invoice_buyers_customer", "invoice_buyers", ["network_id", "customer_id"], unique=False
    )
    op.create_index("ix_invoice_buyers_keep_until", "invoice_buyers", ["keep_until"], unique=False)
    op.create_index("ix_invoice_buyers_payment", "invoice_buyers", ["network_id", "payment_id"], unique=False)
    op.create_index(
        "ix_invoice_buyers_refund",
        "invoice_buyers",
        ["network_id", "refund_id"],
        unique=False,
        postgresql_where=sa.text("refund_id IS NOT NULL"),
    )
    op.create_unique_constraint(op.f("uq_mails_network_id_id"), "mails", ["network_id", "id"])
    op.create_table(
        "mail_attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("source IN ('invoice')", name=op.f("ck_mail_attachments_source")),
        sa.CheckConstraint(
            "octet_length(content) BETWEEN 1 AND 5242880", name=op.f("ck_mail_attachments_content")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "mail_id"],
            ["mails.network_id", "mails.id"],
            name=op.f("fk_mail_attachments_network_id_mail_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_attachments")),
        sa.UniqueConstraint(
            "network_id", "mail_id", "position", name=op.f("uq_mail_attachments_network_id_mail_id_position")
        ),
    )
    secure("invoice_buyers")
    append_only("invoice_buyers")
    secure("mail_attachments")
