"""Who takes over when many customers are deleted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("heir_id", sa.Uuid(), nullable=True))
    op.create_check_constraint(op.f("ck_jobs_heir"), "jobs", "heir_id IS NULL OR action = 'delete'")
