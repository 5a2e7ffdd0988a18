"""The copy of what this service needs to know of a network."""

from uuid import UUID

from sqlalchemy import CheckConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.sites import NetworkSettings
from kernel.tables import TenantScoped
from services.customers.models.base import Base

DEFAULTS = NetworkSettings.model_fields


class Network(TenantScoped, Base):
    """A network, told by the sites service's events; its id is the network itself."""

    __tablename__ = "networks"
    __table_args__ = (CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str]
    domain: Mapped[str] = mapped_column(server_default="")
    name: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    colour: Mapped[str] = mapped_column(server_default=DEFAULTS["colour"].default)
    sender_name: Mapped[str] = mapped_column(server_default="")
    reply_to: Mapped[str] = mapped_column(server_default="")
    verification: Mapped[str] = mapped_column(server_default=DEFAULTS["verification"].default)
    requires_second_factor: Mapped[bool] = mapped_column(server_default=false())
    switch_needs_consent: Mapped[bool] = mapped_column(server_default=false())
    switch_needs_reason: Mapped[bool] = mapped_column(server_default=true())
    switch_mode: Mapped[str] = mapped_column(server_default=DEFAULTS["switch_mode"].default)
    switch_is_mailed: Mapped[bool] = mapped_column(server_default=false())
