"""What customers' banks dispute; and lists of refunds, newest first."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("fee_currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('needs_response', 'under_review', 'won', 'lost', 'prevented')",
            name=op.f("ck_disputes_status"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_disputes_amount")),
        sa.CheckConstraint("fee >= 0", name=op.f("ck_disputes_fee")),
        sa.CheckConstraint("(fee = 0) = (fee_currency = '')", name=op.f("ck_disputes_fee_currency")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_disputes_currency")),
        sa.ForeignKeyConstraint(
            ["network_id", "payment_id", "currency"],
            ["payments.network_id", "payments.id", "payments.currency"],
            name="fk_disputes_payment",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_disputes_network_id_id")),
        sa.UniqueConstraint(
            "network_id", "gateway", "reference", name=op.f("uq_disputes_network_id_gateway_reference")
        ),
    )
    op.create_index("ix_disputes_payment", "disputes", ["network_id", "payment_id"], unique=False)
    op.create_index(
        "ix_refunds_newest",
        "refunds",
        ["network_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_refunds_status",
        "refunds",
        ["network_id", "status", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    secure("disputes")
