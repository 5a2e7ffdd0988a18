"""site words."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.folding import words_of
from kernel.migrations import secure

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KNOWN = sa.text("""
    SELECT s.network_id, s.id, s.name, s.title, coalesce(string_agg(d.host, ' '), '') AS hosts
    FROM sites s LEFT JOIN domains d ON d.network_id = s.network_id AND d.site_id = s.id
    GROUP BY s.network_id, s.id, s.name, s.title
""")


def upgrade() -> None:
    words = op.create_table(
        "site_words",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "site_id"], ["sites.network_id", "sites.id"], name="fk_site_words_site"
        ),
        sa.PrimaryKeyConstraint("network_id", "site_id", "word", name=op.f("pk_site_words")),
    )
    op.create_index("ix_site_words_word", "site_words", ["network_id", "word", "site_id"], unique=False)
    _fill(words)
    secure("site_words")


def _fill(words: sa.Table) -> None:
    """Write the words of the sites there are; for that, their owner is let past the row-level security."""
    for table in ("sites", "domains"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    rows = [
        {"network_id": site.network_id, "site_id": site.id, "word": word}
        for site in op.get_bind().execute(KNOWN)
        for word in words_of(site.name, site.title, site.hosts)
    ]
    op.bulk_insert(words, rows)
    for table in ("sites", "domains"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
