"""Accounts, customers and their facts, and what has happened to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.migrations import append_only, secure

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "transaction",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("impersonator", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_order", "events", ["transaction", "position"], unique=False)
    op.create_table(
        "listener_cursors",
        sa.Column("listener", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("transaction", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("stuck_on", sa.Uuid(), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("listener", "source", name=op.f("pk_listener_cursors")),
    )
    op.create_table(
        "parked_events",
        sa.Column("listener", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("listener", "event_id", name=op.f("pk_parked_events")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("username_key", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("preferences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'administrator', 'support', 'finance', 'auditor')",
            name=op.f("ck_accounts_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("network_id", "email_key", name=op.f("uq_accounts_network_id_email_key")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_accounts_network_id_id")),
        sa.UniqueConstraint("network_id", "username_key", name=op.f("uq_accounts_network_id_username_key")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("network_id", "key_hash", name=op.f("uq_api_keys_network_id_key_hash")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("impersonator", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_object", "audit_log", ["network_id", "object_id", "at"], unique=False)
    op.create_table(
        "customer_counts",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("tab", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "tab", "slot", name=op.f("pk_customer_counts")),
    )
    op.create_table(
        "networks",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_networks_currency")),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_networks")),
        sa.UniqueConstraint("slug", name=op.f("uq_networks_slug")),
    )
    op.create_table(
        "number_sequences",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "name", name=op.f("pk_number_sequences")),
    )
    op.create_table(
        "timeline",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_timeline")),
    )
    op.create_index("ix_timeline_at", "timeline", ["network_id", "at", "id"], unique=False)
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("is_vip", sa.Boolean(), nullable=False),
        sa.Column("verification", sa.Text(), nullable=False),
        sa.Column("billing_company", sa.Text(), nullable=False),
        sa.Column("billing_email", sa.Text(), nullable=False),
        sa.Column("billing_line1", sa.Text(), nullable=False),
        sa.Column("billing_line2", sa.Text(), nullable=False),
        sa.Column("billing_postcode", sa.Text(), nullable=False),
        sa.Column("billing_city", sa.Text(), nullable=False),
        sa.Column("billing_state", sa.Text(), nullable=False),
        sa.Column("billing_country", sa.Text(), nullable=False),
        sa.Column("billing_vat_number", sa.Text(), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sort_name", sa.Text(collation="C"), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "verification IN ('none', 'pending', 'verified')", name=op.f("ck_customers_verification")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "account_id"],
            ["accounts.network_id", "accounts.id"],
            name=op.f("fk_customers_network_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("network_id", "account_id", name=op.f("uq_customers_network_id_account_id")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_customers_network_id_id")),
        sa.UniqueConstraint("network_id", "number", name=op.f("uq_customers_network_id_number")),
    )
    op.create_index(
        "ix_customers_last_sign_in",
        "customers",
        [
            "network_id",
            sa.literal_column("COALESCE(last_sign_in_at, '1970-01-01 00:00:00+00'::timestamptz)"),
            "id",
        ],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_customers_name",
        "customers",
        ["network_id", sa.literal_column("sort_name"), "id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_customers_newest",
        "customers",
        ["network_id", sa.literal_column("created_at"), "id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_customers_seen",
        "customers",
        ["network_id", "last_seen_at"],
        unique=False,
        postgresql_where=sa.text("last_seen_at IS NOT NULL"),
    )
    op.create_index(
        "ix_customers_unverified_last_sign_in",
        "customers",
        [
            "network_id",
            sa.literal_column("COALESCE(last_sign_in_at, '1970-01-01 00:00:00+00'::timestamptz)"),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("verification <> 'verified'"),
    )
    op.create_index(
        "ix_customers_unverified_name",
        "customers",
        ["network_id", sa.literal_column("sort_name"), "id"],
        unique=False,
        postgresql_where=sa.text("verification <> 'verified'"),
    )
    op.create_index(
        "ix_customers_unverified_newest",
        "customers",
        ["network_id", sa.literal_column("created_at"), "id"],
        unique=False,
        postgresql_where=sa.text("verification <> 'verified'"),
    )
    op.create_index(
        "ix_customers_vip_last_sign_in",
        "customers",
        [
            "network_id",
            sa.literal_column("COALESCE(last_sign_in_at, '1970-01-01 00:00:00+00'::timestamptz)"),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("is_vip"),
    )
    op.create_index(
        "ix_customers_vip_name",
        "customers",
        ["network_id", sa.literal_column("sort_name"), "id"],
        unique=False,
        postgresql_where=sa.text("is_vip"),
    )
    op.create_index(
        "ix_customers_vip_newest",
        "customers",
        ["network_id", sa.literal_column("created_at"), "id"],
        unique=False,
        postgresql_where=sa.text("is_vip"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "account_id"],
            ["accounts.network_id", "accounts.id"],
            name=op.f("fk_sign_ins_network_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index("ix_sign_ins_account", "sign_ins", ["network_id", "account_id", "at"], unique=False)
    op.create_table(
        "timeline_subjects",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "line_id"],
            ["timeline.network_id", "timeline.id"],
            name=op.f("fk_timeline_subjects_network_id_line_id"),
        ),
        sa.PrimaryKeyConstraint(
            "network_id", "subject_id", "at", "line_id", name=op.f("pk_timeline_subjects")
        ),
    )
    op.create_table(
        "customer_facts",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("memberships", sa.BigInteger(), nullable=False),
        sa.Column("sites", sa.BigInteger(), nullable=False),
        sa.Column("spent", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("spent_sort", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "customer_id"],
            ["customers.network_id", "customers.id"],
            name=op.f("fk_customer_facts_network_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("network_id", "customer_id", name=op.f("pk_customer_facts")),
    )
    op.create_index(
        "ix_customer_facts_spent", "customer_facts", ["network_id", "spent_sort", "customer_id"], unique=False
    )
    op.create_table(
        "customer_words",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "customer_id"],
            ["customers.network_id", "customers.id"],
            name=op.f("fk_customer_words_network_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("network_id", "customer_id", "word", name=op.f("pk_customer_words")),
    )
    op.create_index(
        "ix_customer_words_word", "customer_words", ["network_id", "word", "customer_id"], unique=False
    )

    for table in (
        "events",
        "parked_events",
        "networks",
        "number_sequences",
        "accounts",
        "customers",
        "customer_facts",
        "customer_words",
        "customer_counts",
        "sign_ins",
        "timeline",
        "timeline_subjects",
        "audit_log",
        "api_keys",
    ):
        secure(table)
    append_only("events")
    append_only("audit_log")
    for table in ("accounts", "customers", "customer_facts", "customer_words"):
        # An import doubles a table in a minute; plans made from older figures walk whole networks.
        op.execute(f"ALTER TABLE {table} SET (autovacuum_analyze_scale_factor = 0.02)")
    for happening, (referencing, changes) in COUNTED.items():
        _count_customers(happening, referencing, changes)


TABS = (
    "LATERAL (VALUES ('all', true), ('vip', c.is_vip), ('unverified', c.verification <> 'verified'))"
    " AS t (tab, holds)"
)
ADDED = "SELECT c.network_id, t.tab, 1 AS step FROM added c, " + TABS + " WHERE t.holds"  # noqa: S608
REMOVED = "SELECT c.network_id, t.tab, -1 AS step FROM removed c, " + TABS + " WHERE t.holds"  # noqa: S608
COUNTED = {
    "insert": ("NEW TABLE AS added", ADDED),
    "delete": ("OLD TABLE AS removed", REMOVED),
    "update": ("OLD TABLE AS removed NEW TABLE AS added", f"{ADDED} UNION ALL {REMOVED}"),
}
SLOTS = 64


def _count_customers(happening: str, referencing: str, changes: str) -> None:
    """Keep the counts of the tabs true: once a statement, in a slot of the connection's own."""
    op.execute(f"""
        CREATE FUNCTION count_customers_after_{happening}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO customer_counts AS counts (network_id, tab, slot, amount)
            SELECT network_id, tab, pg_backend_pid() % {SLOTS}, sum(step)
            FROM ({changes}) AS changes
            GROUP BY network_id, tab
            HAVING sum(step) <> 0
            ORDER BY network_id, tab
            ON CONFLICT (network_id, tab, slot) DO UPDATE SET amount = counts.amount + excluded.amount;
            RETURN NULL;
        END
        $$
    """)  # noqa: S608 - nothing here comes from outside
    op.execute(f"""
        CREATE TRIGGER count_customers_after_{happening} AFTER {happening.upper()} ON customers
        REFERENCING {referencing} FOR EACH STATEMENT
        EXECUTE FUNCTION count_customers_after_{happening}()
    """)
