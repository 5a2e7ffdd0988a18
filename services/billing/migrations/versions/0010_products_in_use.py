"""Who has a product is found by it, and a retired one is on sale to nobody."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_membership_items_product", "membership_items", ["network_id", "product_id", "membership_id"]
    )
    op.create_index(
        "ix_payment_lines_product",
        "payment_lines",
        ["network_id", "product_id"],
        postgresql_where=sa.text("product_id IS NOT NULL"),
    )
    op.create_check_constraint(op.f("ck_products_retired"), "products", "retired_at IS NULL OR NOT is_active")
