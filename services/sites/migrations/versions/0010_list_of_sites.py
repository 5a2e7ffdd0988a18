"""How many sites there are of each kind, and the orders of their list."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ADDED = "SELECT network_id, type, state, 1 AS step FROM added"
REMOVED = "SELECT network_id, type, state, -1 AS step FROM removed"
COUNTED = {
    "insert": ("NEW TABLE AS added", ADDED),
    "delete": ("OLD TABLE AS removed", REMOVED),
    "update": ("OLD TABLE AS removed NEW TABLE AS added", f"{ADDED} UNION ALL {REMOVED}"),
}
SLOTS = 64
COUNT_THOSE_THERE = """
    INSERT INTO site_counts (network_id, type, state, slot, amount)
    SELECT network_id, type, state, 0, count(*) FROM sites GROUP BY network_id, type, state
"""
NEWEST = [sa.text("created_at DESC"), sa.text("id DESC")]


def upgrade() -> None:
    op.create_table(
        "site_counts",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "type", "state", "slot", name=op.f("pk_site_counts")),
    )
    # The policy holds for the owner too, who works for no network here.
    op.execute("ALTER TABLE sites NO FORCE ROW LEVEL SECURITY")
    op.execute(COUNT_THOSE_THERE)
    op.execute("ALTER TABLE sites FORCE ROW LEVEL SECURITY")
    secure("site_counts")
    for happening, (referencing, changes) in COUNTED.items():
        _count_sites(happening, referencing, changes)
    op.create_index("ix_sites_newest", "sites", ["network_id", *NEWEST])
    op.create_index("ix_sites_type", "sites", ["network_id", "type", *NEWEST])
    op.create_index("ix_sites_state", "sites", ["network_id", "state", *NEWEST])


def _count_sites(happening: str, referencing: str, changes: str) -> None:
    """Keep the counts of the tabs true: once a statement, in a slot of the connection's own."""
    op.execute(f"""
        CREATE FUNCTION count_sites_after_{happening}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO site_counts AS counts (network_id, type, state, slot, amount)
            SELECT network_id, type, state, pg_backend_pid() % {SLOTS}, sum(step)
            FROM ({changes}) AS changes
            GROUP BY network_id, type, state
            HAVING sum(step) <> 0
            ORDER BY network_id, type, state
            ON CONFLICT (network_id, type, state, slot)
            DO UPDATE SET amount = counts.amount + excluded.amount;
            RETURN NULL;
        END
        $$
    """)  # noqa: S608 - nothing here comes from outside
    op.execute(f"""
        CREATE TRIGGER count_sites_after_{happening} AFTER {happening.upper()} ON sites
        REFERENCING {referencing} FOR EACH STATEMENT
        EXECUTE FUNCTION count_sites_after_{happening}()
    """)
