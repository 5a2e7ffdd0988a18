"""When somebody last signed out, and an account's mail by time: links sent to it are counted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("last_sign_out_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_mails_account", "mails", ["network_id", "account_id", "created_at"])
