"""A login: one person, one e-mail address and one password in one network."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.errors import N_, Invalid
from kernel.tables import TenantScoped, Timestamped
from services.customers.models.base import Base

FAILURES_ALLOWED = 9
LOCKED_FOR = timedelta(minutes=10)
PREFERENCES_ALLOWED = 50


class Account(TenantScoped, Timestamped, Base):
    """``epoch`` rises when its sessions must end; without a ``role`` it is a customer's alone."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "email_key"),
        UniqueConstraint("network_id", "username_key"),
        CheckConstraint("role IN ('owner', 'administrator', 'support', 'finance', 'auditor')", name="role"),
    )
    missing = N_("There is no such account.")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str]
    username: Mapped[str]
    username_key: Mapped[str]
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str | None]
    role: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    epoch: Mapped[int] = mapped_column(default=1)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_sign_out_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="", server_default="")
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)

    def is_locked(self, now: datetime) -> bool:
        """Whether too many failures keep everybody out for now."""
        return self.locked_until is not None and self.locked_until > now

    def fail(self, now: datetime) -> bool:
        """Count a failed attempt; True when it was the one that locks the account."""
        self.failures += 1
        if self.failures <= FAILURES_ALLOWED:
            return False
        self.failures, self.locked_until = 0, now + LOCKED_FOR
        return True

    def unlock(self) -> None:
        """Forget the failures, and let its owner try again at once."""
        self.failures, self.locked_until = 0, None

    def prefer(self, preferences: dict[str, str]) -> None:
        """Remember preferences beside those there are. Raises Invalid for more than can be meant."""
        merged = self.preferences | preferences
        if len(merged) > PREFERENCES_ALLOWED:
            raise Invalid(N_("At most %(most)s preferences can be kept."), most=PREFERENCES_ALLOWED)
        self.preferences = merged
