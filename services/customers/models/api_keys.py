"""API keys: only their hash is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Row, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.access import held_as_admin
from kernel.errors import N_
from kernel.tables import TenantScoped
from services.customers.models.base import Base


class ApiKey(TenantScoped, Base):
    """``key_hash`` is the SHA-256 (hex) of the key; ``scopes`` the permissions it was given.

    ``account_id`` is the admin it answers for: it never carries more than he may do now, and goes with his
    account. The operator's keys have none. ``made_with`` is the key that made it, and takes it along.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("network_id", "key_hash"),
        UniqueConstraint("network_id", "id"),
        ForeignKeyConstraint(
            ["network_id", "account_id"], ["accounts.network_id", "accounts.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["network_id", "made_with"], ["api_keys.network_id", "api_keys.id"], ondelete="CASCADE"
        ),
    )
    missing = N_("There is no such API key.")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    key_hash: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    account_id: Mapped[UUID | None]
    made_with: Mapped[UUID | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    def is_valid(self, now: datetime) -> bool:
        """Whether the key still opens anything."""
        return is_valid(self.revoked_at, self.expires_at, now)


def is_valid(revoked_at: datetime | None, expires_at: datetime | None, now: datetime) -> bool:
    """Whether a key with these times still opens anything."""
    return revoked_at is None and (expires_at is None or expires_at > now)


def reach_of(key: ApiKey | Row[Any], *, role: str | None, is_active: bool | None) -> frozenset[str]:
    """Return what a key carries now: of its scopes what the admin it answers for, of this role, may do.

    The operator's keys answer for nobody and carry all their scopes.
    """
    if key.account_id is None:
        return frozenset(key.scopes)
    return frozenset(key.scopes) & held_as_admin(role, is_active=is_active)
