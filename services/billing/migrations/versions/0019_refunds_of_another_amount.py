"""Refunds: what was asked for, where the gateway gave back another amount."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("refunds", sa.Column("asked", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_refunds_asked"), "refunds", "asked > 0")
