"""Invitations to become an admin: open until accepted or withdrawn, whatever becomes of their links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.errors import N_
from kernel.tables import TenantScoped
from services.customers.models.base import Base


class Invitation(TenantScoped, Base):
    """``account_id`` is the account that will have the role; ``invited_by`` the admin, if it was one.

    An address nobody had gets an account that can do nothing yet, for the mailed link to belong to.
    ``expires_at`` is when the newest link dies.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "account_id"], ["accounts.network_id", "accounts.id"], ondelete="CASCADE"
        ),
        CheckConstraint("role IN ('owner', 'administrator', 'support', 'finance', 'auditor')", name="role"),
        Index(
            "uq_invitations_open",
            "network_id",
            "account_id",
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )
    missing = N_("There is no such invitation.")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    role: Mapped[str]
    invited_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted, with a link that is good."""
        return self.accepted_at is None and self.withdrawn_at is None
