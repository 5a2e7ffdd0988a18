"""Orders to give running memberships the new price of their product."""

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
        "repricings",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("impersonator", sa.Uuid(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("passed_over", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("is_stopped", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "product_id"],
            ["products.network_id", "products.id"],
            name=op.f("fk_repricings_network_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repricings")),
    )
    open_ones, dead_ones = sa.text("state IN ('due', 'leased')"), sa.text("state = 'dead'")
    op.create_index("ix_repricings_open", "repricings", ["due_at"], postgresql_where=open_ones)
    op.create_index("ix_repricings_dead", "repricings", ["network_id", "due_at"], postgresql_where=dead_ones)
    op.create_index(
        "ix_repricings_product", "repricings", ["network_id", "product_id", sa.text("created_at DESC")]
    )
    op.create_index(
        "uq_repricings_open",
        "repricings",
        ["network_id", "product_id"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    secure("repricings")
