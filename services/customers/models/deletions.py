"""Deletions of customers: where each stands, and what the law has us keep of the person afterwards."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.errors import N_
from kernel.tables import TenantScoped
from services.customers.models.base import Base


class Deletion(TenantScoped, Base):
    """One order to delete a customer; it stays when he is gone, and then holds ids and a number.

    ``running`` until the three services have done their parts, or billing ``refused``. ``could_sign_in``:
    what his account goes back to after a refusal. ``counts``: how much went.
    """

    __tablename__ = "deletions"
    __table_args__ = (
        Index(
            "uq_deletions_running",
            "network_id",
            "customer_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_deletions_customer", "network_id", "customer_id"),
        Index("ix_deletions_account", "network_id", "account_id"),
        Index("ix_deletions_newest", "network_id", desc("requested_at"), desc("id")),
        CheckConstraint("way IN ('everything', 'hand_over')", name="way"),
        CheckConstraint("(way = 'hand_over') = (heir_id IS NOT NULL)", name="heir"),
        CheckConstraint("state IN ('running', 'refused', 'done')", name="state"),
        CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="ended"),
        CheckConstraint(
            "state <> 'done' OR (billing_at IS NOT NULL AND sites_at IS NOT NULL)", name="every_step"
        ),
    )
    missing = N_("There is no such deletion.")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    account_id: Mapped[UUID]
    number: Mapped[int]
    way: Mapped[str]
    heir_id: Mapped[UUID | None]
    heir_number: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="running")
    could_sign_in: Mapped[bool]
    requested_at: Mapped[datetime]
    requested_by: Mapped[str]
    billing_at: Mapped[datetime | None]
    sites_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_paid_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class FormerCustomer(TenantScoped, Base):
    """The buyer as the invoices of his payments must name him, until the end of ``keep_until``.

    Only for whom money changed hands; see ``docs/decisions`` on what is kept and why.
    """

    __tablename__ = "former_customers"
    __table_args__ = (Index("ix_former_customers_keep_until", "keep_until"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    line1: Mapped[str]
    line2: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    state: Mapped[str]
    country: Mapped[str]
    vat_number: Mapped[str]
    keep_until: Mapped[date]
