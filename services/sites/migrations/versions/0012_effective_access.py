"""How memberships are, as the sites under them need it, and what a network decides about blocking."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("known_memberships", sa.Column("number", sa.BigInteger(), nullable=True))
    op.add_column("known_memberships", sa.Column("status", sa.Text(), nullable=True))
    for name in ("since", "expires_at"):
        op.add_column("known_memberships", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    told = "(status IS NULL) = (since IS NULL) AND (status IS NULL) = (number IS NULL)"
    op.create_check_constraint("told", "known_memberships", told)
    no = sa.text("false")
    op.add_column("networks", sa.Column("blocks_unpaid", sa.Boolean(), server_default=no, nullable=False))
    op.add_column("networks", sa.Column("grace_days", sa.BigInteger(), server_default="7", nullable=False))
    op.add_column("networks", sa.Column("block_message", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint("grace_days", "networks", "grace_days BETWEEN 0 AND 365")
