"""What a network's owner decides."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("networks", sa.Column("colour", sa.Text(), server_default="#066fd1", nullable=False))
    op.add_column("networks", sa.Column("sender_name", sa.Text(), server_default="", nullable=False))
    op.add_column("networks", sa.Column("reply_to", sa.Text(), server_default="", nullable=False))
    op.add_column("networks", sa.Column("verification", sa.Text(), server_default="free", nullable=False))
    op.add_column(
        "networks",
        sa.Column("requires_second_factor", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("networks", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.create_check_constraint(
        op.f("ck_networks_verification"), "networks", "verification IN ('never', 'free', 'always')"
    )
    _tell_of_networks()


def _tell_of_networks() -> None:
    """Let the other services learn the settings of networks that are there already."""
    # The owner, too, sees no rows while row-level security is forced upon him.
    for table in ("networks", "events"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("""
        INSERT INTO events (id, type, occurred_at, actor, impersonator, request_id, payload, network_id)
        SELECT gen_random_uuid(), 'network.settings_changed', now(), 'command', NULL, '', jsonb_build_object(
            'schema_version', 1, 'type', 'network.settings_changed', 'domain', domain,
            'settings', jsonb_build_object(
                'name', name, 'locale', locale, 'time_zone', time_zone, 'colour', colour,
                'sender_name', sender_name, 'reply_to', reply_to, 'verification', verification,
                'requires_second_factor', requires_second_factor
            )
        ), network_id FROM networks
    """)
    for table in ("networks", "events"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
