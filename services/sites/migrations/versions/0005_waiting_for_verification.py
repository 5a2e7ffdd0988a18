"""Copies of customers and memberships, for sites that wait until an address is verified."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
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
    op.create_table(
        "known_memberships",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("is_free", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("network_id", "membership_id", name=op.f("pk_known_memberships")),
    )
    secure("customer_verifications")
    secure("known_memberships")
