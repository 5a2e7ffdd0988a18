"""The copy of what this service needs to know of a network."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import TenantScoped
from services.customers.models.base import Base


class Network(TenantScoped, Base):
    """A network, told by the sites service's events; its id is the network itself."""

    __tablename__ = "networks"
    __table_args__ = (CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str]
