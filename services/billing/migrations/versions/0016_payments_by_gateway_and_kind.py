"""Find payments by gateway and by kind, the newest first."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for column in ("gateway", "kind"):
        op.create_index(
            f"ix_payments_{column}",
            "payments",
            ["network_id", column, sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        )
