"""networks sites pages visits."""

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
        "networks",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_networks_currency")),
        sa.CheckConstraint("domain = lower(domain)", name=op.f("ck_networks_domain")),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_networks")),
        sa.UniqueConstraint("domain", name=op.f("uq_networks_domain")),
        sa.UniqueConstraint("slug", name=op.f("uq_networks_slug")),
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name=op.f("ck_sites_name")),
        sa.CheckConstraint("state IN ('pending', 'active', 'disabled')", name=op.f("ck_sites_state")),
        sa.CheckConstraint(
            "type IN ('regular', 'template', 'customer_owned', 'demo', 'main')", name=op.f("ck_sites_type")
        ),
        sa.CheckConstraint("customer_id IS NOT NULL OR NOT is_primary", name=op.f("ck_sites_primary")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.network_id"], name=op.f("fk_sites_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_sites_network_id_id")),
        sa.UniqueConstraint("network_id", "name", name=op.f("uq_sites_network_id_name")),
    )
    op.create_index(
        "ix_sites_customer",
        "sites",
        ["network_id", "customer_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_sites_primary",
        "sites",
        ["network_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("is_primary"),
    )
    op.create_table(
        "domains",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("host = lower(host)", name=op.f("ck_domains_host")),
        sa.ForeignKeyConstraint(
            ["network_id", "site_id"], ["sites.network_id", "sites.id"], name="fk_domains_site"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domains")),
        sa.UniqueConstraint("host", name=op.f("uq_domains_host")),
    )
    op.create_index("ix_domains_site", "domains", ["network_id", "site_id"], unique=False)
    op.create_table(
        "pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "site_id"], ["sites.network_id", "sites.id"], name="fk_pages_site"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint("network_id", "site_id", "path", name=op.f("uq_pages_network_id_site_id_path")),
    )
    op.create_table(
        "provisionings",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "site_id"], ["sites.network_id", "sites.id"], name="fk_provisionings_site"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provisionings")),
        sa.UniqueConstraint("network_id", "site_id", name=op.f("uq_provisionings_network_id_site_id")),
    )
    op.create_index(
        "ix_provisionings_open",
        "provisionings",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('due', 'leased')"),
    )
    op.create_table(
        "switch_tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("admin_id", sa.Uuid(), nullable=False),
        sa.Column("admin_session", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("return_path", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nonce_hash", sa.Text(), nullable=True),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "expires_at <= issued_at + interval '60 seconds'", name=op.f("ck_switch_tickets_life")
        ),
        sa.CheckConstraint(
            "(token_hash IS NULL) = (nonce_hash IS NULL)", name=op.f("ck_switch_tickets_bound")
        ),
        sa.CheckConstraint(
            "consumed_at IS NULL OR token_hash IS NOT NULL", name=op.f("ck_switch_tickets_consumed")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "site_id"], ["sites.network_id", "sites.id"], name="fk_switch_tickets_site"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_switch_tickets")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_switch_tickets_network_id_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_switch_tickets_token_hash")),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("admin_id", sa.Uuid(), nullable=False),
        sa.Column("admin_session", sa.Text(), nullable=False),
        sa.Column("return_path", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (cause IS NULL)", name=op.f("ck_visits_ended")),
        sa.ForeignKeyConstraint(
            ["network_id", "site_id"], ["sites.network_id", "sites.id"], name="fk_visits_site"
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "ticket_id"],
            ["switch_tickets.network_id", "switch_tickets.id"],
            name=op.f("fk_visits_network_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("network_id", "ticket_id", name=op.f("uq_visits_network_id_ticket_id")),
    )
    op.create_index(
        "ix_visits_standing",
        "visits",
        ["network_id", "admin_session"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    for table in (
        "events",
        "parked_events",
        "networks",
        "sites",
        "domains",
        "pages",
        "provisionings",
        "switch_tickets",
        "visits",
    ):
        secure(table)
    append_only("events")
