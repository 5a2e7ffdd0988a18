"""The copies of what this service needs to know of networks and customers before a membership starts."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import TenantScoped
from services.billing.models.base import Base


class Network(TenantScoped, Base):
    """A network, told by the sites service's events; ``verification`` is None until it has been told."""

    __tablename__ = "networks"
    __table_args__ = (CheckConstraint("verification IN ('never', 'free', 'always')", name="verification"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="", server_default="")
    currency: Mapped[str] = mapped_column(default="", server_default="")
    locale: Mapped[str] = mapped_column(default="en", server_default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")


class CustomerVerification(TenantScoped, Base):
    """A customer, told by the customers service's events; ``status`` is None until it has been told."""

    __tablename__ = "customer_verifications"
    __table_args__ = (CheckConstraint("status IN ('none', 'pending', 'verified')", name="status"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str | None]
