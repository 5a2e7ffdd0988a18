"""The audit log: from which address, and read by time."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("audit_log", sa.Column("ip", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_audit_log_at", "audit_log", ["network_id", "at", "id"], unique=False)
