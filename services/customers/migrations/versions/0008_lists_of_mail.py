"""Mail in the order it was written, and by the address it went to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    key = sa.Computed('lower("to")', persisted=True)
    op.add_column("mails", sa.Column("to_key", sa.Text(collation="C"), key, nullable=False))
    op.create_index("ix_mails_newest", "mails", ["network_id", "created_at", "id"])
    op.create_index("ix_mails_to", "mails", ["network_id", "to_key"])
