"""Customers who departed, who bought what was handed over, and how far a refund has got."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "departed_customers",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("buried_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_departed_customers")),
    )
    op.add_column("payments", sa.Column("former_customer_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_payments_former_customer",
        "payments",
        ["network_id", "former_customer_id"],
        unique=False,
        postgresql_where=sa.text("former_customer_id IS NOT NULL"),
    )
    op.add_column("refunds", sa.Column("status", sa.Text(), server_default="succeeded", nullable=False))
    op.create_check_constraint(
        op.f("ck_refunds_status"),
        "refunds",
        "status IN ('requested', 'submitting', 'unknown', 'pending', 'succeeded', 'failed')",
    )
    secure("departed_customers")
