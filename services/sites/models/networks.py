"""A network: the tenant itself."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts import sites as contract
from kernel.contracts.access import VisitMode
from kernel.contracts.site_access import BlockingRules
from kernel.contracts.sites import NetworkSettings
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped, Versioned
from services.sites.models.base import Base

DEFAULTS = NetworkSettings.model_fields


class Network(TenantScoped, Timestamped, Versioned, Base):
    """Its id is the ``network_id`` of every row in the installation that belongs to it."""

    missing = N_("There is no such network.")
    __tablename__ = "networks"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("domain"),
        CheckConstraint("domain = lower(domain)", name="domain"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("verification IN ('never', 'free', 'always')", name="verification"),
        CheckConstraint("grace_days BETWEEN 0 AND 365", name="grace_days"),
        CheckConstraint("switch_mode IN ('look', 'act')", name="switch_mode"),
    )

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    domain: Mapped[str]
    currency: Mapped[str]
    locale: Mapped[str]
    time_zone: Mapped[str]
    colour: Mapped[str] = mapped_column(server_default=DEFAULTS["colour"].default)
    sender_name: Mapped[str] = mapped_column(server_default="")
    reply_to: Mapped[str] = mapped_column(server_default="")
    verification: Mapped[str] = mapped_column(server_default=DEFAULTS["verification"].default)
    requires_second_factor: Mapped[bool] = mapped_column(server_default=false())
    switch_needs_consent: Mapped[bool] = mapped_column(server_default=false())
    switch_needs_reason: Mapped[bool] = mapped_column(server_default=true())
    switch_mode: Mapped[VisitMode] = mapped_column(server_default=DEFAULTS["switch_mode"].default)
    switch_is_mailed: Mapped[bool] = mapped_column(server_default=false())
    blocks_unpaid: Mapped[bool] = mapped_column(server_default=false())
    grace_days: Mapped[int] = mapped_column(server_default=str(DEFAULTS["grace_days"].default))
    block_message: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(server_default="1")

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
            colour=self.colour,
        )

    @property
    def blocking(self) -> BlockingRules:
        """When sites are blocked."""
        return BlockingRules(blocks_unpaid=self.blocks_unpaid, grace_days=self.grace_days)

    @property
    def settings(self) -> NetworkSettings:
        """What its owner has decided."""
        return NetworkSettings.model_validate({name: getattr(self, name) for name in DEFAULTS})
