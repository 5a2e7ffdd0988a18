"""Fees that a gateway had not said yet when it took the money."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "fee_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_questions")),
    )
    open_ones, dead_ones = sa.text("state IN ('due', 'leased')"), sa.text("state = 'dead'")
    op.create_index("ix_fee_questions_open", "fee_questions", ["due_at"], postgresql_where=open_ones)
    op.create_index(
        "ix_fee_questions_dead", "fee_questions", ["network_id", "due_at"], postgresql_where=dead_ones
    )
    secure("fee_questions")
