"""What an admin says about a site, and its version."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("description", sa.Text(), server_default="", nullable=False))
    op.add_column("sites", sa.Column("category", sa.Text(), server_default="", nullable=False))
    op.add_column("sites", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.create_check_constraint(op.f("ck_sites_category"), "sites", "category = '' OR type = 'template'")
