"""Let the other services learn who is asked to confirm his address already."""

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # The owner, too, sees no rows while row-level security is forced upon him.
    for table in ("customers", "events"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("""
        INSERT INTO events (id, type, occurred_at, actor, impersonator, request_id, payload, network_id)
        SELECT gen_random_uuid(), 'customer.verification_changed', now(), 'command', NULL, '',
            jsonb_build_object(
                'schema_version', 1, 'type', 'customer.verification_changed', 'customer_id', id,
                'status', verification
            ), network_id
        FROM customers WHERE verification = 'pending'
    """)
    for table in ("customers", "events"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
