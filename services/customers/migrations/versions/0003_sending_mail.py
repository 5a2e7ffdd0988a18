"""How many copies of a message may be out, and whom mail does not reach."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("mails", sa.Column("copies", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("mails", "copies", server_default=None)
    op.create_check_constraint(op.f("ck_mails_copies"), "mails", "copies BETWEEN 0 AND 2")
    op.add_column("customers", sa.Column("unreachable_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("customers", sa.Column("unreachable_reason", sa.Text(), server_default="", nullable=False))
