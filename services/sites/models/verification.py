"""The copies of what this service needs to know of customers and memberships before a site opens."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import TenantScoped
from services.sites.models.base import Base


class CustomerVerification(TenantScoped, Base):
    """A customer, told by the customers service's events; ``status`` is None until it has been told."""

    __tablename__ = "customer_verifications"
    __table_args__ = (CheckConstraint("status IN ('none', 'pending', 'verified')", name="status"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str | None]


class KnownMembership(TenantScoped, Base):
    """A membership, told by billing's events; ``is_free`` is None until it has been told."""

    __tablename__ = "known_memberships"

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_free: Mapped[bool | None]
