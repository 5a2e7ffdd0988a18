"""Links by which a payment can be paid, or a card saved: only their hash is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import TenantScoped
from services.customers.models.base import Base


class PayLink(TenantScoped, Base):
    """A link for one payment of a customer, good until ``expires_at`` however often it is opened.

    Without a ``payment_id`` it is one by which he saves a card.
    ``token_hash`` is the SHA-256 (hex). Whoever has the link can pay, and sees what for; nothing else.
    """

    __tablename__ = "pay_links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "customer_id"], ["customers.network_id", "customers.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("network_id", "token_hash"),
        Index("ix_pay_links_customer", "network_id", "customer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    payment_id: Mapped[UUID | None]
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
