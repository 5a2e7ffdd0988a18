"""Links by which payments are paid."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "pay_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "customer_id"],
            ["customers.network_id", "customers.id"],
            name=op.f("fk_pay_links_network_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_links")),
        sa.UniqueConstraint("network_id", "token_hash", name=op.f("uq_pay_links_network_id_token_hash")),
    )
    op.create_index("ix_pay_links_customer", "pay_links", ["network_id", "customer_id"])
    secure("pay_links")
    op.drop_constraint(op.f("ck_mails_link"), "mails")
    op.create_check_constraint(
        op.f("ck_mails_link"), "mails", "link IN ('', 'verify', 'reset', 'invite', 'pay')"
    )
