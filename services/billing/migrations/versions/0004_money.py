"""Charges, refunds under way, the ledger, the life of a membership, and what a network decides of money."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.migrations import append_only, secure

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


ACCOUNTS = "account IN ('gateway_clearing', 'revenue', 'refunds', 'disputes', 'fees', 'receivable')"
SECURED = (
    "billing_settings",
    "gateway_settings",
    "idempotency_keys",
    "ledger_balances",
    "ledger_entries",
    "ledger_postings",
    "membership_agenda",
    "payment_methods",
    "membership_changes",
    "membership_items",
    "scheduled_changes",
    "charges",
    "membership_periods",
)
CHECKS = (
    ("memberships", "anchor_day", "anchor_day BETWEEN 1 AND 31"),
    ("memberships", "cycles", "cycles > 0"),
    ("memberships", "cycles_billed", "cycles_billed >= 0"),
    ("memberships", "setup_fee", "setup_fee >= 0"),
    ("products", "trial_days", "trial_days >= 0"),
    ("products", "cycles", "cycles > 0"),
    ("prices", "setup_fee", "setup_fee >= 0"),
    ("payments", "disputed", "disputed >= 0"),
    ("payments", "parts", "least(discount, tax) >= 0"),
    ("payments", "kind", "kind IN ('first', 'renewal', 'change', 'other')"),
    ("payment_lines", "kind", "kind IN ('product', 'setup_fee', 'fee', 'other')"),
    ("refunds", "effect", "effect IN ('keep', 'cancel_now', 'cancel_at_period_end')"),
    ("refunds", "origin", "origin IN ('atoll', 'gateway')"),
)
FILL_IN = (
    """
    INSERT INTO membership_items (id, network_id, membership_id, product_id, position, quantity, unit)
    SELECT gen_random_uuid(), network_id, id, product_id, 1, 1, amount FROM memberships
    """,
    "UPDATE memberships SET anchor_day = extract(day FROM started_at) WHERE period_length IS NOT NULL",
    "UPDATE refunds SET key = 'refund:' || id, submitted_at = created_at, settled_at = created_at",
    """
    UPDATE payments SET reserved = refunded, discount = sums.discount, tax = sums.tax FROM (
        SELECT payment_id, sum(discount) AS discount, sum(tax) AS tax FROM payment_lines GROUP BY payment_id
    ) AS sums WHERE sums.payment_id = payments.id
    """,
)

ADD_UP_REFUNDS = """
    CREATE FUNCTION add_up_refund() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        held bigint := 0;
        gone bigint := 0;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            IF OLD.status NOT IN ('failed', 'reversed') THEN held := held - OLD.amount; END IF;
            IF OLD.status = 'succeeded' THEN gone := gone - OLD.amount; END IF;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            IF NEW.status NOT IN ('failed', 'reversed') THEN held := held + NEW.amount; END IF;
            IF NEW.status = 'succeeded' THEN gone := gone + NEW.amount; END IF;
        END IF;
        IF held <> 0 OR gone <> 0 THEN
            UPDATE payments SET reserved = reserved + held, refunded = refunded + gone
            WHERE network_id = coalesce(NEW.network_id, OLD.network_id)
              AND id = coalesce(NEW.payment_id, OLD.payment_id);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER add_up_refund AFTER INSERT OR UPDATE OF status, amount OR DELETE ON refunds
    FOR EACH ROW EXECUTE FUNCTION add_up_refund();
"""
"""What is on its way back, and what has gone, is added up where no code can forget it."""

HOLD_ENTRIES_TO_ZERO = """
    CREATE FUNCTION hold_entry_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM ledger_postings WHERE entry_id = NEW.entry_id
            GROUP BY currency HAVING sum(amount) <> 0
        ) THEN
            RAISE EXCEPTION 'ledger entry % does not sum to zero', NEW.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_ledger_postings_sum';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER hold_entry_to_zero AFTER INSERT ON ledger_postings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_entry_to_zero();
"""


def upgrade() -> None:
    make_tables()
    widen_products_and_memberships()
    widen_payments_and_refunds()
    for column in ("key", "state", "attempts", "due_at", "last_error", "status"):
        op.alter_column("refunds", column, server_default=None)
    add_checks()
    for table in SECURED:
        secure(table)
    for table in ("ledger_entries", "ledger_postings", "membership_changes"):
        append_only(table)
    fill_in()
    op.execute(ADD_UP_REFUNDS)
    op.execute(HOLD_ENTRIES_TO_ZERO)


def make_tables() -> None:
    """Make what was not there."""
    op.create_table(
        "billing_settings",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("decided", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_billing_settings")),
    )
    op.create_table(
        "gateway_settings",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("test_result", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "is_enabled OR NOT is_default", name=op.f("ck_gateway_settings_default_is_enabled")
        ),
        sa.PrimaryKeyConstraint("network_id", "gateway", name=op.f("pk_gateway_settings")),
    )
    op.create_index(
        "uq_gateway_settings_default",
        "gateway_settings",
        ["network_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "actor", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created", "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "ledger_balances",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            ACCOUNTS,
            name=op.f("ck_ledger_balances_account"),
        ),
        sa.PrimaryKeyConstraint("network_id", "account", "currency", name=op.f("pk_ledger_balances")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("network_id", "cause", name=op.f("uq_ledger_entries_network_id_cause")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_ledger_entries_network_id_id")),
    )
    op.create_index("ix_ledger_entries_payment", "ledger_entries", ["network_id", "payment_id"], unique=False)
    op.create_table(
        "membership_agenda",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_agenda")),
    )
    op.create_index(
        "ix_membership_agenda_dead",
        "membership_agenda",
        ["network_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_membership_agenda_open",
        "membership_agenda",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('due', 'leased')"),
    )
    op.create_table(
        "payment_methods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("gateway_customer", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_methods")),
        sa.UniqueConstraint(
            "network_id", "gateway", "reference", name=op.f("uq_payment_methods_network_id_gateway_reference")
        ),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_payment_methods_network_id_id")),
    )
    op.create_index(
        "ix_payment_methods_customer", "payment_methods", ["network_id", "customer_id"], unique=False
    )
    op.create_index(
        "uq_payment_methods_default",
        "payment_methods",
        ["network_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("is_default AND removed_at IS NULL"),
    )
    op.create_table(
        "ledger_postings",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            ACCOUNTS,
            name=op.f("ck_ledger_postings_account"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_ledger_postings_currency")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_postings_amount")),
        sa.ForeignKeyConstraint(
            ["network_id", "entry_id"],
            ["ledger_entries.network_id", "ledger_entries.id"],
            name=op.f("fk_ledger_postings_network_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_ledger_postings")),
    )
    op.create_index(
        "ix_ledger_postings_account", "ledger_postings", ["network_id", "account", "currency"], unique=False
    )
    op.create_table(
        "membership_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("impersonator", sa.Uuid(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "membership_id"],
            ["memberships.network_id", "memberships.id"],
            name=op.f("fk_membership_changes_network_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_changes")),
    )
    op.create_index(
        "ix_membership_changes_membership",
        "membership_changes",
        ["network_id", "membership_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "membership_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.BigInteger(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_membership_items_quantity")),
        sa.CheckConstraint("unit >= 0", name=op.f("ck_membership_items_unit")),
        sa.ForeignKeyConstraint(
            ["network_id", "membership_id"],
            ["memberships.network_id", "memberships.id"],
            name=op.f("fk_membership_items_network_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "product_id"],
            ["products.network_id", "products.id"],
            name=op.f("fk_membership_items_network_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_items")),
        sa.UniqueConstraint(
            "network_id",
            "membership_id",
            "product_id",
            name=op.f("uq_membership_items_network_id_membership_id_product_id"),
        ),
    )
    op.create_table(
        "scheduled_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('scheduled', 'done', 'withdrawn')", name=op.f("ck_scheduled_changes_state")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "membership_id"],
            ["memberships.network_id", "memberships.id"],
            name=op.f("fk_scheduled_changes_network_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_changes")),
    )
    op.create_index(
        "uq_scheduled_changes_membership",
        "scheduled_changes",
        ["network_id", "membership_id"],
        unique=True,
        postgresql_where=sa.text("state = 'scheduled'"),
    )
    op.create_table(
        "charges",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("key_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("method_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'requested', 'submitting', 'unknown', 'waiting',"
            " 'succeeded', 'failed', 'cancelled')",
            name=op.f("ck_charges_status"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_charges_amount")),
        sa.ForeignKeyConstraint(
            ["network_id", "method_id"],
            ["payment_methods.network_id", "payment_methods.id"],
            name=op.f("fk_charges_network_id_method_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "payment_id", "currency"],
            ["payments.network_id", "payments.id", "payments.currency"],
            name="fk_charges_payment",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.UniqueConstraint("network_id", "key", name=op.f("uq_charges_network_id_key")),
    )
    op.create_index(
        "ix_charges_dead",
        "charges",
        ["network_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_charges_open",
        "charges",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('due', 'leased')"),
    )
    op.create_index("ix_charges_payment", "charges", ["network_id", "payment_id"], unique=False)
    op.create_index("ix_charges_reference", "charges", ["network_id", "gateway", "reference"], unique=False)
    op.create_index(
        "uq_charges_open",
        "charges",
        ["network_id", "payment_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('requested', 'submitting', 'waiting', 'pending', 'unknown')"),
    )
    op.create_table(
        "membership_periods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('trial', 'first', 'renewal')", name=op.f("ck_membership_periods_kind")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_membership_periods_length")),
        sa.ForeignKeyConstraint(
            ["network_id", "membership_id"],
            ["memberships.network_id", "memberships.id"],
            name=op.f("fk_membership_periods_network_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "payment_id"],
            ["payments.network_id", "payments.id"],
            name=op.f("fk_membership_periods_network_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_periods")),
        sa.UniqueConstraint(
            "network_id",
            "membership_id",
            "starts_at",
            "kind",
            name=op.f("uq_membership_periods_network_id_membership_id_starts_at_kind"),
        ),
    )
    op.create_index(
        "ix_membership_periods_payment", "membership_periods", ["network_id", "payment_id"], unique=False
    )


def widen_products_and_memberships() -> None:
    """Add what a product says and what a membership lives through."""
    op.add_column("memberships", sa.Column("cancel_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("memberships", sa.Column("cancels_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("memberships", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("memberships", sa.Column("anchor_day", sa.BigInteger(), nullable=True))
    op.add_column("memberships", sa.Column("cycles", sa.BigInteger(), nullable=True))
    op.add_column(
        "memberships", sa.Column("cycles_billed", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("memberships", sa.Column("setup_fee", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("memberships", sa.Column("method_id", sa.Uuid(), nullable=True))
    op.add_column("memberships", sa.Column("gateway_customer", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "memberships", sa.Column("gateway_subscription", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("memberships", sa.Column("resumes_id", sa.Uuid(), nullable=True))
    op.add_column("memberships", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.create_index(
        "ix_memberships_newest",
        "memberships",
        ["network_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_memberships_product", "memberships", ["network_id", "product_id"], unique=False)
    op.create_index(
        "ix_memberships_status",
        "memberships",
        ["network_id", "status", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_foreign_key(
        op.f("fk_memberships_network_id_method_id"),
        "memberships",
        "payment_methods",
        ["network_id", "method_id"],
        ["network_id", "id"],
    )
    op.add_column("networks", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.add_column("networks", sa.Column("currency", sa.Text(), server_default="", nullable=False))
    op.add_column("networks", sa.Column("locale", sa.Text(), server_default="en", nullable=False))
    op.add_column("networks", sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False))
    op.add_column("prices", sa.Column("setup_fee", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("products", sa.Column("group", sa.Text(), server_default="", nullable=False))
    op.add_column("products", sa.Column("position", sa.BigInteger(), server_default="10", nullable=False))
    op.add_column("products", sa.Column("trial_days", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("products", sa.Column("cycles", sa.BigInteger(), nullable=True))
    op.add_column("products", sa.Column("contact_url", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "products",
        sa.Column("limits", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column("products", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("products", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))


def widen_payments_and_refunds() -> None:
    """Add the parts of a payment, and what makes a refund work that is due."""
    op.add_column("payment_lines", sa.Column("kind", sa.Text(), server_default="product", nullable=False))
    op.add_column("payment_lines", sa.Column("product_id", sa.Uuid(), nullable=True))
    op.add_column(
        "payment_lines",
        sa.Column("tax_percent", sa.Numeric(precision=6, scale=3), server_default="0", nullable=False),
    )
    op.add_column("payment_lines", sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payment_lines", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payments", sa.Column("reserved", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payments", sa.Column("disputed", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payments", sa.Column("discount", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payments", sa.Column("tax", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payments", sa.Column("kind", sa.Text(), server_default="other", nullable=False))
    op.add_column("payments", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payments", sa.Column("dunning_step", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payments", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.create_index(
        "ix_payments_newest",
        "payments",
        ["network_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_payments_reference", "payments", ["network_id", "gateway_reference"], unique=False)
    op.create_index(
        "ix_payments_status",
        "payments",
        ["network_id", "status", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.add_column(
        "refunds",
        sa.Column("key", sa.Text(), server_default=sa.text("gen_random_uuid()::text"), nullable=False),
    )
    op.add_column("refunds", sa.Column("key_expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refunds", sa.Column("effect", sa.Text(), server_default="keep", nullable=False))
    op.add_column("refunds", sa.Column("origin", sa.Text(), server_default="atoll", nullable=False))
    op.add_column("refunds", sa.Column("requested_by", sa.Text(), server_default="", nullable=False))
    op.add_column("refunds", sa.Column("failure", sa.Text(), server_default="", nullable=False))
    op.add_column("refunds", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refunds", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refunds", sa.Column("state", sa.Text(), server_default="done", nullable=False))
    op.add_column("refunds", sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "refunds",
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.add_column("refunds", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refunds", sa.Column("lease_token", sa.Uuid(), nullable=True))
    op.add_column("refunds", sa.Column("last_error", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_refunds_dead",
        "refunds",
        ["network_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_refunds_open",
        "refunds",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('due', 'leased')"),
    )
    op.create_index(
        "ix_refunds_unsettled",
        "refunds",
        ["network_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_unique_constraint(op.f("uq_refunds_network_id_id"), "refunds", ["network_id", "id"])
    op.create_unique_constraint(op.f("uq_refunds_network_id_key"), "refunds", ["network_id", "key"])
    op.create_index(
        "uq_refunds_reference",
        "refunds",
        ["network_id", "gateway", "reference"],
        unique=True,
        postgresql_where=sa.text("reference <> ''"),
    )


def add_checks() -> None:
    """Add the rules that a comparison of models and tables does not find."""
    for table, name, rule in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)
    op.drop_constraint(op.f("ck_refunds_status"), "refunds")
    words = "'requested', 'submitting', 'unknown', 'pending', 'succeeded', 'failed', 'reversed'"
    op.create_check_constraint(op.f("ck_refunds_status"), "refunds", f"status IN ({words})")


def fill_in() -> None:
    """Say of what was there before what the new columns and tables hold of it."""
    tables = ("memberships", "membership_items", "payments", "payment_lines", "refunds")
    for table in tables:
        # The policies hold for the owner too, who works for no network here.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in FILL_IN:
        op.execute(statement)
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.create_check_constraint(
        op.f("ck_payments_reserved"), "payments", "reserved BETWEEN refunded AND captured"
    )
