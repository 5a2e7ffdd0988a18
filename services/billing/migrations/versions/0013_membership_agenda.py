"""Whatever changes about a membership makes its agenda due, in the database itself."""

from collections.abc import Sequence

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LOOK_AT = """
    CREATE FUNCTION look_at_membership(network uuid, membership uuid, at timestamptz) RETURNS void
    LANGUAGE sql AS $$
        INSERT INTO membership_agenda (id, network_id, state, attempts, due_at, last_error)
        VALUES (membership, network, 'due', 0, at, '')
        ON CONFLICT (id) DO UPDATE SET state = 'due', attempts = 0, due_at = excluded.due_at, last_error = ''
        WHERE membership_agenda.state <> 'leased'
    $$;
"""
"""Whoever holds the lease locks the membership once more before he ends, and sees what was changed."""

TRIGGERS = (
    """
    CREATE FUNCTION membership_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM look_at_membership(NEW.network_id, NEW.id, NEW.modified_at);
        RETURN NULL;
    END $$;
    CREATE TRIGGER membership_changed AFTER INSERT OR UPDATE ON memberships
    FOR EACH ROW EXECUTE FUNCTION membership_changed();
    """,
    """
    CREATE FUNCTION membership_payment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM look_at_membership(NEW.network_id, NEW.membership_id, NEW.modified_at);
        RETURN NULL;
    END $$;
    CREATE TRIGGER membership_payment_changed
    AFTER INSERT OR UPDATE OF status, due_at, membership_id ON payments
    FOR EACH ROW WHEN (NEW.membership_id IS NOT NULL) EXECUTE FUNCTION membership_payment_changed();
    """,
    """
    CREATE FUNCTION membership_charge_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM look_at_membership(network_id, membership_id, NEW.modified_at) FROM payments
        WHERE network_id = NEW.network_id AND id = NEW.payment_id AND membership_id IS NOT NULL;
        RETURN NULL;
    END $$;
    CREATE TRIGGER membership_charge_changed AFTER INSERT OR UPDATE OF status ON charges
    FOR EACH ROW EXECUTE FUNCTION membership_charge_changed();
    """,
    """
    CREATE FUNCTION membership_change_scheduled() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM look_at_membership(NEW.network_id, NEW.membership_id, NEW.created_at);
        RETURN NULL;
    END $$;
    CREATE TRIGGER membership_change_scheduled AFTER INSERT OR UPDATE ON scheduled_changes
    FOR EACH ROW EXECUTE FUNCTION membership_change_scheduled();
    """,
)

FILL_IN = """
    INSERT INTO membership_agenda (id, network_id, state, attempts, due_at, last_error)
    SELECT id, network_id, 'due', 0, modified_at, '' FROM memberships WHERE status <> 'cancelled'
    ON CONFLICT (id) DO NOTHING
"""


def upgrade() -> None:
    op.execute(LOOK_AT)
    for trigger in TRIGGERS:
        op.execute(trigger)
    for table in ("memberships", "membership_agenda"):
        # The policies hold for the owner too, who works for no network here.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(FILL_IN)
    for table in ("memberships", "membership_agenda"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
