"""What periods are counted from, what was granted at which price, and credit of time that was taken back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FILL_IN = (
    """
    INSERT INTO membership_periods (
        id, network_id, membership_id, kind, starts_at, ends_at, amount, granted_at, created_at
    )
    SELECT gen_random_uuid(), network_id, id, 'given', started_at, expires_at, 0, started_at, created_at
    FROM memberships
    WHERE started_at IS NOT NULL AND status <> 'trialing' AND (expires_at IS NULL OR expires_at > started_at)
      AND NOT EXISTS (SELECT 1 FROM membership_periods WHERE membership_id = memberships.id)
    """,
    """
    UPDATE memberships SET anchor_at = started_at, anchor_day = extract(day FROM started_at)
    WHERE period_length IS NOT NULL AND started_at IS NOT NULL
    """,
)
"""Memberships that there are have one stretch of time; what was paid for it nobody knows any more."""

KEEP_PERIODS_APART = """
    CREATE FUNCTION keep_periods_apart() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM membership_periods AS one
            JOIN membership_periods AS other
              ON other.network_id = one.network_id AND other.membership_id = one.membership_id
             AND other.id <> one.id AND other.granted_at IS NOT NULL
             AND tstzrange(other.starts_at, other.ends_at) && tstzrange(one.starts_at, one.ends_at)
            WHERE one.id = NEW.id AND one.granted_at IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'membership % has two times at once', NEW.membership_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_membership_periods_apart';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER keep_periods_apart
    AFTER INSERT OR UPDATE OF starts_at, ends_at, granted_at ON membership_periods
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_periods_apart();
"""
"""Whoever changes a membership's times holds the membership, so nobody can slip in between."""


def upgrade() -> None:
    op.add_column("memberships", sa.Column("anchor_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("memberships", sa.Column("credit", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("memberships", sa.Column("cancel_cause", sa.Text(), server_default="", nullable=False))
    op.add_column("payments", sa.Column("credit", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payments", sa.Column("credited", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "membership_periods", sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("membership_periods", sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "uq_memberships_resumes",
        "memberships",
        ["network_id", "resumes_id"],
        unique=True,
        postgresql_where=sa.text("resumes_id IS NOT NULL"),
    )
    add_checks()
    fill_in()
    op.execute(KEEP_PERIODS_APART)


def add_checks() -> None:
    op.create_check_constraint(op.f("ck_memberships_credit"), "memberships", "credit >= 0")
    op.create_check_constraint(op.f("ck_payments_credit"), "payments", "least(credit, credited) >= 0")
    op.create_check_constraint(op.f("ck_membership_periods_amount"), "membership_periods", "amount >= 0")
    op.drop_constraint(op.f("ck_membership_periods_kind"), "membership_periods")
    op.create_check_constraint(
        op.f("ck_membership_periods_kind"),
        "membership_periods",
        "kind IN ('trial', 'first', 'renewal', 'change', 'given')",
    )


def fill_in() -> None:
    """Say of the memberships that there are what they have had."""
    tables = ("memberships", "membership_periods")
    for table in tables:
        # The policies hold for the owner too, who works for no network here.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in FILL_IN:
        op.execute(statement)
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
