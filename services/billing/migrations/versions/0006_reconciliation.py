"""Comparisons with gateways' own lists, checks of the books, and entries for what was there before."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.migrations import secure

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


BOOK = (
    """
    CREATE TEMPORARY TABLE unbooked ON COMMIT DROP AS
    SELECT gen_random_uuid() AS id, * FROM (
        SELECT network_id, created_at AS at, 'payment:' || id || ':created' AS cause, 'created' AS act,
            id AS payment_id, currency, total AS amount, 'receivable' AS debit, 'revenue' AS credit
        FROM payments WHERE total > 0
        UNION ALL
        SELECT network_id, coalesce(completed_at, modified_at), 'payment:' || id || ':completed', 'completed',
            id, currency, captured, 'gateway_clearing', 'receivable'
        FROM payments WHERE captured > 0
        UNION ALL
        SELECT network_id, modified_at, 'payment:' || id || ':cancelled', 'cancelled',
            id, currency, total - captured, 'revenue', 'receivable'
        FROM payments WHERE status = 'cancelled' AND total > captured
        UNION ALL
        SELECT refunds.network_id, refunds.created_at,
            'payment:' || payment_id || ':refund:' || refunds.id || ':succeeded', 'succeeded',
            payment_id, refunds.currency, amount, 'refunds', 'gateway_clearing'
        FROM refunds WHERE status = 'succeeded'
    ) AS moved
    WHERE NOT EXISTS (
        SELECT 1 FROM ledger_entries AS known
        WHERE known.network_id = moved.network_id AND known.cause = moved.cause
    )
    """,
    """
    INSERT INTO ledger_entries (id, network_id, at, cause, act, payment_id)
    SELECT id, network_id, at, cause, act, payment_id FROM unbooked
    """,
    """
    INSERT INTO ledger_postings (entry_id, position, network_id, account, currency, amount)
    SELECT id, 1, network_id, debit, currency, amount FROM unbooked
    UNION ALL SELECT id, 2, network_id, credit, currency, -amount FROM unbooked
    """,
    """
    INSERT INTO ledger_balances (network_id, account, currency, amount)
    SELECT network_id, account, currency, sum(amount) FROM (
        SELECT network_id, debit AS account, currency, amount FROM unbooked
        UNION ALL SELECT network_id, credit, currency, -amount FROM unbooked
    ) AS posted GROUP BY network_id, account, currency
    ON CONFLICT (network_id, account, currency)
    DO UPDATE SET amount = ledger_balances.amount + excluded.amount
    """,
)


def upgrade() -> None:
    op.create_table(
        "book_checks",
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("balances", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_checks")),
        sa.UniqueConstraint("network_id", name=op.f("uq_book_checks_network_id")),
    )
    op.create_index(
        "ix_book_checks_dead",
        "book_checks",
        ["network_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_book_checks_open",
        "book_checks",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('due', 'leased')"),
    )
    op.create_table(
        "reconciliations",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("compared", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
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
        sa.CheckConstraint("until > since", name=op.f("ck_reconciliations_window")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
        sa.UniqueConstraint(
            "network_id", "gateway", "until", name=op.f("uq_reconciliations_network_id_gateway_until")
        ),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_reconciliations_network_id_id")),
    )
    op.create_index(
        "ix_reconciliations_dead",
        "reconciliations",
        ["network_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_reconciliations_newest",
        "reconciliations",
        ["network_id", sa.literal_column("until DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_reconciliations_open",
        "reconciliations",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('due', 'leased')"),
    )
    op.create_table(
        "reconciliation_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reconciliation_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("difference", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("ours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("theirs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "difference IN ('missing', 'extra', 'amount', 'currency', 'state')",
            name=op.f("ck_reconciliation_findings_difference"),
        ),
        sa.CheckConstraint(
            "thing IN ('charge', 'refund', 'dispute')", name=op.f("ck_reconciliation_findings_thing")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "reconciliation_id"],
            ["reconciliations.network_id", "reconciliations.id"],
            name=op.f("fk_reconciliation_findings_network_id_reconciliation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_findings")),
    )
    op.create_index(
        "ix_reconciliation_findings_newest",
        "reconciliation_findings",
        ["network_id", sa.literal_column("found_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_reconciliation_findings_open",
        "reconciliation_findings",
        ["network_id", "gateway", "thing", "reference", "difference"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    for table in ("reconciliations", "reconciliation_findings", "book_checks"):
        secure(table)
    book_what_was_there()


def book_what_was_there() -> None:
    """Make the entries of payments and refunds that are older than the ledger."""
    tables = ("payments", "refunds", "ledger_entries", "ledger_postings", "ledger_balances")
    for table in tables:
        # The policies hold for the owner too, who works for no network here.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in BOOK:
        op.get_bind().exec_driver_sql(statement)
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
