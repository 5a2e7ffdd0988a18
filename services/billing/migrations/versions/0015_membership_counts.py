"""How many memberships stand how, and what their list is narrowed by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kernel.migrations import secure

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ADDED = "SELECT network_id, status, 1 AS step FROM added"
REMOVED = "SELECT network_id, status, -1 AS step FROM removed"
COUNTED = {
    "insert": ("NEW TABLE AS added", ADDED),
    "delete": ("OLD TABLE AS removed", REMOVED),
    "update": ("OLD TABLE AS removed NEW TABLE AS added", f"{ADDED} UNION ALL {REMOVED}"),
}
SLOTS = 64
COUNT_THOSE_THERE = """
    INSERT INTO membership_counts (network_id, status, slot, amount)
    SELECT network_id, status, 0, count(*) FROM memberships GROUP BY network_id, status
"""


def upgrade() -> None:
    op.create_table(
        "membership_counts",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "status", "slot", name=op.f("pk_membership_counts")),
    )
    # The policy holds for the owner too, who works for no network here.
    op.execute("ALTER TABLE memberships NO FORCE ROW LEVEL SECURITY")
    op.execute(COUNT_THOSE_THERE)
    op.execute("ALTER TABLE memberships FORCE ROW LEVEL SECURITY")
    secure("membership_counts")
    for happening, (referencing, changes) in COUNTED.items():
        _count_memberships(happening, referencing, changes)
    op.create_index("ix_memberships_expires", "memberships", ["network_id", "expires_at"])
    op.create_index(
        "ix_memberships_gateway",
        "memberships",
        ["network_id", "gateway", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
    )


def _count_memberships(happening: str, referencing: str, changes: str) -> None:
    """Keep the counts of the tabs true: once a statement, in a slot of the connection's own."""
    op.execute(f"""
        CREATE FUNCTION count_memberships_after_{happening}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO membership_counts AS counts (network_id, status, slot, amount)
            SELECT network_id, status, pg_backend_pid() % {SLOTS}, sum(step)
            FROM ({changes}) AS changes
            GROUP BY network_id, status
            HAVING sum(step) <> 0
            ORDER BY network_id, status
            ON CONFLICT (network_id, status, slot) DO UPDATE SET amount = counts.amount + excluded.amount;
            RETURN NULL;
        END
        $$
    """)  # noqa: S608 - nothing here comes from outside
    op.execute(f"""
        CREATE TRIGGER count_memberships_after_{happening} AFTER {happening.upper()} ON memberships
        REFERENCING {referencing} FOR EACH STATEMENT
        EXECUTE FUNCTION count_memberships_after_{happening}()
    """)
