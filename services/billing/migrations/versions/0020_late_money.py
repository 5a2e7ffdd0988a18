"""Payments: money that came for one that had been cancelled, and waits for a person."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("late_for", sa.Uuid(), nullable=True))
    op.add_column("payments", sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        "fk_payments_late_for", "payments", "payments", ["network_id", "late_for"], ["network_id", "id"]
    )
    op.create_index(
        "ix_payments_late",
        "payments",
        ["network_id", "created_at"],
        postgresql_where=sa.text("late_for IS NOT NULL AND kept_at IS NULL"),
    )
