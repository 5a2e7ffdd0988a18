"""Disputes: inquiries, what has moved to and fro, and what is in another currency than its payment."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

HAS_IT = "status IN ('needs_response', 'under_review', 'lost')"


def upgrade() -> None:
    op.add_column("disputes", sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("disputes", sa.Column("movements", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("disputes", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("disputes", sa.Column("said", sa.BigInteger(), nullable=True))
    # Each was taken once, and what was decided well was given again.
    op.execute(
        f"UPDATE disputes SET taken = CASE WHEN {HAS_IT} THEN amount ELSE 0 END,"  # noqa: S608 - our own words
        f" movements = CASE WHEN {HAS_IT} THEN 1 ELSE 2 END"
    )
    op.create_check_constraint(op.f("ck_disputes_taken"), "disputes", "taken >= 0")
    op.create_check_constraint(op.f("ck_disputes_said"), "disputes", "said >= 0")
    op.drop_constraint(op.f("ck_disputes_status"), "disputes", type_="check")
    op.create_check_constraint(
        op.f("ck_disputes_status"),
        "disputes",
        "status IN ('inquiry', 'needs_response', 'under_review', 'won', 'lost', 'prevented')",
    )
    op.drop_constraint("fk_disputes_payment", "disputes", type_="foreignkey")
    op.create_foreign_key(
        "fk_disputes_payment", "disputes", "payments", ["network_id", "payment_id"], ["network_id", "id"]
    )
