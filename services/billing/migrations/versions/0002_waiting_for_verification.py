"""Memberships that wait until their customer's address is verified, and the copies that say so."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "networks",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "verification IN ('never', 'free', 'always')", name=op.f("ck_networks_verification")
        ),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_networks")),
    )
    op.create_table(
        "customer_verifications",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('none', 'pending', 'verified')", name=op.f("ck_customer_verifications_status")
        ),
        sa.PrimaryKeyConstraint("network_id", "customer_id", name=op.f("pk_customer_verifications")),
    )
    secure("networks")
    secure("customer_verifications")
    op.add_column("memberships", sa.Column("waits_to_be", sa.Text(), nullable=True))
    op.add_column("memberships", sa.Column("trial_days", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_memberships_waits_to_be"),
        "memberships",
        "waits_to_be IS NULL OR waits_to_be IN ('trialing', 'active') AND status = 'pending'",
    )
    op.create_index(
        "ix_memberships_waiting",
        "memberships",
        ["network_id", "customer_id"],
        postgresql_where=sa.text("waits_to_be IS NOT NULL"),
    )
