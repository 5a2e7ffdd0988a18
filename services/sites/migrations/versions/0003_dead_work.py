"""dead work."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_provisionings_dead",
        "provisionings",
        ["network_id", "due_at"],
        postgresql_where=sa.text("state = 'dead'"),
    )
