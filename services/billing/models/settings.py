"""What a network has decided about money: its gateways, its days and its name on an invoice."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import TenantScoped
from services.billing.models.base import Base


class GatewaySettings(TenantScoped, Base):
    """A payment gateway as a network uses it; ``config`` is sealed for this network and gateway alone.

    ``secrets_set`` says when each secret in it was given, as ISO 8601; what it is, is told to nobody.
    """

    __tablename__ = "gateway_settings"
    __table_args__ = (
        Index(
            "uq_gateway_settings_default",
            "network_id",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        CheckConstraint("is_enabled OR NOT is_default", name="default_is_enabled"),
    )

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    gateway: Mapped[str] = mapped_column(primary_key=True)
    is_enabled: Mapped[bool] = mapped_column(default=False)
    is_default: Mapped[bool] = mapped_column(default=False)
    config: Mapped[str] = mapped_column(default="")
    secrets_set: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    version: Mapped[int] = mapped_column(default=1)
    tested_at: Mapped[datetime | None]
    test_result: Mapped[str] = mapped_column(default="")


class BillingSettings(TenantScoped, Base):
    """The network's decisions about billing; what is not decided follows ``services.billing.settings``.

    ``logo`` is the id of a picture, or empty.
    """

    __tablename__ = "billing_settings"

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    decided: Mapped[dict[str, Any]]
    logo: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    modified_at: Mapped[datetime]


class IdempotencyKey(TenantScoped, Base):
    """An answer that was given, so that the same request is answered so again, for 48 hours."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created", "created_at"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int]
    answer: Mapped[str]
    created_at: Mapped[datetime]
