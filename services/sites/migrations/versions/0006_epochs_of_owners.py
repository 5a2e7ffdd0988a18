"""The owner's epoch when a switch was allowed: a visit ends when it rises."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table in ("switch_tickets", "visits"):
        # No epoch is zero: a visit that goes on during the upgrade ends with its next request.
        op.add_column(table, sa.Column("account_epoch", sa.BigInteger(), server_default="0", nullable=False))
        op.alter_column(table, "account_epoch", server_default=None)
