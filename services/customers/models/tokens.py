"""Single-use tokens that come by mail: only their hash is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import TenantScoped
from services.customers.models.base import Base


class OneTimeToken(TenantScoped, Base):
    """``token_hash`` is the SHA-256 (hex); ``email_key`` the address it was sent to.

    Good until used, until ``expires_at``, until another of its purpose was used, and while the account
    still has that address.
    """

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "account_id"], ["accounts.network_id", "accounts.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("network_id", "token_hash"),
        CheckConstraint("purpose IN ('verify', 'reset', 'invite')", name="purpose"),
        Index("ix_one_time_tokens_account", "network_id", "account_id", "purpose", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    purpose: Mapped[str]
    token_hash: Mapped[str]
    email_key: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
