"""Which attempts had the right password, and no right code of the second factor."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "sign_ins", sa.Column("lacks_code", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_check_constraint(op.f("ck_sign_ins_lacks_code"), "sign_ins", "NOT (succeeded AND lacks_code)")
