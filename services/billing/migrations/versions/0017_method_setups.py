"""Pages on which a way to pay is saved."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "method_setups",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("key_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("method_id", sa.Uuid(), nullable=True),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'requested', 'submitting', 'unknown', 'waiting', "
            "'succeeded', 'failed', 'cancelled')",
            name=op.f("ck_method_setups_status"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "method_id"],
            ["payment_methods.network_id", "payment_methods.id"],
            name=op.f("fk_method_setups_network_id_method_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_method_setups")),
        sa.UniqueConstraint("network_id", "key", name=op.f("uq_method_setups_network_id_key")),
    )
    op.create_index("ix_method_setups_customer", "method_setups", ["network_id", "customer_id"], unique=False)
    op.create_index(
        "ix_method_setups_dead",
        "method_setups",
        ["network_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_method_setups_open",
        "method_setups",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('due', 'leased')"),
    )
    op.create_index(
        "uq_method_setups_open",
        "method_setups",
        ["network_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('requested', 'submitting', 'waiting', 'pending', 'unknown')"),
    )
    secure("method_setups")
