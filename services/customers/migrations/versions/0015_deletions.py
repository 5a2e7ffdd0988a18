"""Deletions, and what bookkeeping law has us keep of former customers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.migrations import secure

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "deletions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("heir_id", sa.Uuid(), nullable=True),
        sa.Column("heir_number", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("could_sign_in", sa.Boolean(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("billing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sites_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'running') = (ended_at IS NULL)", name=op.f("ck_deletions_ended")),
        sa.CheckConstraint("(way = 'hand_over') = (heir_id IS NOT NULL)", name=op.f("ck_deletions_heir")),
        sa.CheckConstraint(
            "state <> 'done' OR (billing_at IS NOT NULL AND sites_at IS NOT NULL)",
            name=op.f("ck_deletions_every_step"),
        ),
        sa.CheckConstraint("state IN ('running', 'refused', 'done')", name=op.f("ck_deletions_state")),
        sa.CheckConstraint("way IN ('everything', 'hand_over')", name=op.f("ck_deletions_way")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletions")),
    )
    op.create_index("ix_deletions_account", "deletions", ["network_id", "account_id"], unique=False)
    op.create_index("ix_deletions_customer", "deletions", ["network_id", "customer_id"], unique=False)
    op.create_index(
        "ix_deletions_newest",
        "deletions",
        ["network_id", sa.literal_column("requested_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_deletions_running",
        "deletions",
        ["network_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "former_customers",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line1", sa.Text(), nullable=False),
        sa.Column("line2", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("vat_number", sa.Text(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "customer_id", name=op.f("pk_former_customers")),
    )
    op.create_index("ix_former_customers_keep_until", "former_customers", ["keep_until"], unique=False)
    secure("deletions")
    secure("former_customers")
