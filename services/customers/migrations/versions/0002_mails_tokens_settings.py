"""Mails, single-use tokens, what a network has decided, and what a change was before."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.migrations import secure

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("link IN ('', 'verify', 'reset', 'invite')", name=op.f("ck_mails_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    op.create_index("ix_mails_customer", "mails", ["network_id", "customer_id", "created_at"], unique=False)
    op.create_index(
        "ix_mails_dead",
        "mails",
        ["network_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_mails_open",
        "mails",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('due', 'leased')"),
    )
    op.create_table(
        "one_time_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('verify', 'reset', 'invite')", name=op.f("ck_one_time_tokens_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "account_id"],
            ["accounts.network_id", "accounts.id"],
            name=op.f("fk_one_time_tokens_network_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_tokens")),
        sa.UniqueConstraint(
            "network_id", "token_hash", name=op.f("uq_one_time_tokens_network_id_token_hash")
        ),
    )
    op.create_index(
        "ix_one_time_tokens_account",
        "one_time_tokens",
        ["network_id", "account_id", "purpose", "created_at"],
        unique=False,
    )
    op.add_column(
        "audit_log",
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "audit_log",
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column("networks", sa.Column("domain", sa.Text(), server_default="", nullable=False))
    op.add_column("networks", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.add_column("networks", sa.Column("locale", sa.Text(), server_default="en", nullable=False))
    op.add_column("networks", sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False))
    op.add_column("networks", sa.Column("colour", sa.Text(), server_default="#066fd1", nullable=False))
    op.add_column("networks", sa.Column("sender_name", sa.Text(), server_default="", nullable=False))
    op.add_column("networks", sa.Column("reply_to", sa.Text(), server_default="", nullable=False))
    op.add_column("networks", sa.Column("verification", sa.Text(), server_default="free", nullable=False))
    op.add_column(
        "networks",
        sa.Column("requires_second_factor", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    secure("mails")
    secure("one_time_tokens")
