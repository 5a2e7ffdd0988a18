"""Invitations, second factors and their sign-ins, and whom an API key answers for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'administrator', 'support', 'finance', 'auditor')",
            name=op.f("ck_invitations_role"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "account_id"],
            ["accounts.network_id", "accounts.id"],
            name=op.f("fk_invitations_network_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index(
        "uq_invitations_open",
        "invitations",
        ["network_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "account_id"],
            ["accounts.network_id", "accounts.id"],
            name=op.f("fk_recovery_codes_network_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("network_id", "account_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "second_factors",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "account_id"],
            ["accounts.network_id", "accounts.id"],
            name=op.f("fk_second_factors_network_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("network_id", "account_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "sign_in_challenges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("door IN ('admin', 'site')", name=op.f("ck_sign_in_challenges_door")),
        sa.ForeignKeyConstraint(
            ["network_id", "account_id"],
            ["accounts.network_id", "accounts.id"],
            name=op.f("fk_sign_in_challenges_network_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_challenges")),
        sa.UniqueConstraint(
            "network_id", "token_hash", name=op.f("uq_sign_in_challenges_network_id_token_hash")
        ),
    )
    op.add_column("api_keys", sa.Column("account_id", sa.Uuid(), nullable=True))
    op.add_column("api_keys", sa.Column("made_with", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_api_keys_network_id_id"), "api_keys", ["network_id", "id"])
    op.create_foreign_key(
        op.f("fk_api_keys_network_id_made_with"),
        "api_keys",
        "api_keys",
        ["network_id", "made_with"],
        ["network_id", "id"],
        ondelete="CASCADE",
    )
    op.create_foreign_key(
        op.f("fk_api_keys_network_id_account_id"),
        "api_keys",
        "accounts",
        ["network_id", "account_id"],
        ["network_id", "id"],
        ondelete="CASCADE",
    )
    for table in ("invitations", "recovery_codes", "second_factors", "sign_in_challenges"):
        secure(table)
