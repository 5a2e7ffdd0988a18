"""The order of a site's menu, and where pages were before."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

AS_THEY_STOOD = """
    UPDATE pages SET position = ordered.place
    FROM (
        SELECT id, row_number() OVER (PARTITION BY network_id, site_id ORDER BY path) - 1 AS place FROM pages
    ) AS ordered
    WHERE pages.id = ordered.id
"""


def upgrade() -> None:
    op.add_column("pages", sa.Column("position", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("pages", sa.Column("in_menu", sa.Boolean(), server_default=sa.true(), nullable=False))
    # The policy holds for the owner too, who works for no network here.
    op.execute("ALTER TABLE pages NO FORCE ROW LEVEL SECURITY")
    op.execute(AS_THEY_STOOD)
    op.execute("ALTER TABLE pages FORCE ROW LEVEL SECURITY")
    op.create_table(
        "moved_pages",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "site_id"], ["sites.network_id", "sites.id"], name="fk_moved_pages_site"
        ),
        sa.PrimaryKeyConstraint("network_id", "site_id", "path", name=op.f("pk_moved_pages")),
    )
    secure("moved_pages")
