"""Links by which a card is saved: for no payment."""

from collections.abc import Sequence

from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.alter_column("pay_links", "payment_id", nullable=True)
    op.drop_constraint(op.f("ck_mails_link"), "mails")
    op.create_check_constraint(
        op.f("ck_mails_link"), "mails", "link IN ('', 'verify', 'reset', 'invite', 'pay', 'card')"
    )
