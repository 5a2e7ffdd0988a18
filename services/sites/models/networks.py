"""A network: the tenant itself."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts import sites as contract
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped
from services.sites.models.base import Base


class Network(TenantScoped, Timestamped, Base):
    """Its id is the ``network_id`` of every row in the installation that belongs to it."""

    missing = N_("There is no such network.")
    __tablename__ = "networks"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("domain"),
        CheckConstraint("domain = lower(domain)", name="domain"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    domain: Mapped[str]
    currency: Mapped[str]
    locale: Mapped[str]
    time_zone: Mapped[str]

    @property
    def contract(self) -> contract.Network:
        """The network as other processes see it."""
        return contract.Network(
            id=self.network_id,
            slug=self.slug,
            name=self.name,
            domain=self.domain,
            currency=self.currency,
            locale=self.locale,
            time_zone=self.time_zone,
        )
