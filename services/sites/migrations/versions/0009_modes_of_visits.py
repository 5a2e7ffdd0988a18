"""Visits to look or to act, one at a time, over when nothing is done; what a network decides of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Who is on a visit during the upgrade switches once more: he may be on several, and in no mode.
    op.execute(
        "UPDATE visits SET ended_at = least(now(), expires_at), cause = 'expired' WHERE ended_at IS NULL"
    )
    for table in ("switch_tickets", "visits"):
        op.add_column(table, sa.Column("mode", sa.Text(), server_default="act", nullable=False))
        op.alter_column(table, "mode", server_default=None)
        op.create_check_constraint("mode", table, "mode IN ('look', 'act')")
        for name in ("admin_name", "customer_name"):
            op.add_column(table, sa.Column(name, sa.Text(), server_default="", nullable=False))
            op.alter_column(table, name, server_default=None)
    op.add_column("switch_tickets", sa.Column("allowed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("visits", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE visits SET seen_at = ended_at")
    op.alter_column("visits", "seen_at", nullable=False)
    op.create_index(
        "uq_visits_one", "visits", ["network_id", "admin_id"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    newest = [sa.text("started_at DESC"), sa.text("id DESC")]
    op.create_index("ix_visits_started", "visits", ["network_id", *newest])
    op.create_index("ix_visits_customer", "visits", ["network_id", "customer_id", *newest])
    _decide_about_switching()


def _decide_about_switching() -> None:
    for name, default in (("needs_consent", "false"), ("needs_reason", "true"), ("is_mailed", "false")):
        decided: sa.Column[bool] = sa.Column(
            f"switch_{name}", sa.Boolean(), server_default=sa.text(default), nullable=False
        )
        op.add_column("networks", decided)
    op.add_column("networks", sa.Column("switch_mode", sa.Text(), server_default="act", nullable=False))
    op.create_check_constraint("switch_mode", "networks", "switch_mode IN ('look', 'act')")
