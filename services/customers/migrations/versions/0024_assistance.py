"""Until when a customer lets admins switch to his sites, and what the network decides about that."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("assistance_until", sa.DateTime(timezone=True), nullable=True))
    for name, default in (("needs_consent", "false"), ("needs_reason", "true"), ("is_mailed", "false")):
        decided: sa.Column[bool] = sa.Column(
            f"switch_{name}", sa.Boolean(), server_default=sa.text(default), nullable=False
        )
        op.add_column("networks", decided)
    op.add_column("networks", sa.Column("switch_mode", sa.Text(), server_default="act", nullable=False))
