"""The session's epoch of what goes on after it was ordered: jobs and imports end with the session."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REASONS = {
    "jobs": "stopped IN ('', 'cancelled', 'not allowed', 'session ended', 'changed')",
    "imports": "stopped IN ('', 'cancelled', 'not allowed', 'session ended')",
}


def upgrade() -> None:
    for table, reasons in REASONS.items():
        op.add_column(table, sa.Column("epoch", sa.BigInteger(), nullable=True))
        op.drop_constraint(op.f(f"ck_{table}_stopped"), table)
        op.create_check_constraint(op.f(f"ck_{table}_stopped"), table, reasons)
