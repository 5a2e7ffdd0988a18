"""What a pending membership would have become, had it been started when its customer was verified."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("memberships", sa.Column("left_to_be", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_memberships_left_to_be"),
        "memberships",
        "left_to_be IS NULL OR left_to_be IN ('trialing', 'active') AND status = 'pending'"
        " AND waits_to_be IS NULL",
    )
