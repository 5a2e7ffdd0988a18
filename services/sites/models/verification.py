"""The copies of what this service needs to know of customers and memberships before a site opens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.billing import MembershipStatus
from kernel.contracts.site_access import MembershipTold
from kernel.tables import TenantScoped
from services.sites.models.base import Base

TOLD = "(status IS NULL) = (since IS NULL) AND (status IS NULL) = (number IS NULL)"


class CustomerVerification(TenantScoped, Base):
    """A customer, told by the customers service's events; ``status`` is None until it has been told."""

    __tablename__ = "customer_verifications"
    __table_args__ = (CheckConstraint("status IN ('none', 'pending', 'verified')", name="status"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str | None]


class KnownMembership(TenantScoped, Base):
    """A membership, told by billing's events; what is None has not been told yet, but for ``expires_at``:
    of a membership that never ends it stays so. ``since`` is when it came to its status.
    """

    __tablename__ = "known_memberships"
    __table_args__ = (CheckConstraint(TOLD, name="told"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_free: Mapped[bool | None]
    number: Mapped[int | None]
    status: Mapped[MembershipStatus | None]
    since: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    @property
    def told(self) -> MembershipTold:
        """How the membership is; only of one that has been told."""
        return MembershipTold.model_validate(
            {
                "id": self.membership_id,
                "number": self.number,
                "status": self.status,
                "since": self.since,
                "expires_at": self.expires_at,
            }
        )
