"""Tickets that let an admin into a customer's site, and the visits they start."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.access import VisitMode
from kernel.errors import N_
from kernel.tables import TenantScoped
from services.sites.models.base import Base, same_site


class SwitchTicket(TenantScoped, Base):
    """Good once, for seconds, for one browser and one host; of its secret only the hash is kept."""

    __tablename__ = "switch_tickets"
    __table_args__ = (
        same_site("switch_tickets"),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("token_hash"),
        CheckConstraint("mode IN ('look', 'act')", name="mode"),
        CheckConstraint("expires_at <= issued_at + interval '60 seconds'", name="life"),
        CheckConstraint("(token_hash IS NULL) = (nonce_hash IS NULL)", name="bound"),
        CheckConstraint("consumed_at IS NULL OR token_hash IS NOT NULL", name="consumed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    account_id: Mapped[UUID]
    account_epoch: Mapped[int]
    admin_id: Mapped[UUID]
    admin_session: Mapped[str]
    host: Mapped[str]
    reason: Mapped[str]
    mode: Mapped[VisitMode]
    allowed_until: Mapped[datetime | None]
    admin_name: Mapped[str]
    customer_name: Mapped[str]
    return_path: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    nonce_hash: Mapped[str | None]
    token_hash: Mapped[str | None]
    consumed_at: Mapped[datetime | None]


class Visit(TenantScoped, Base):
    """An admin's stay on a site; ``seen_at``, to the minute, is when he last asked for a page."""

    missing = N_("This visit is over.")
    __tablename__ = "visits"
    __table_args__ = (
        same_site("visits"),
        ForeignKeyConstraint(["network_id", "ticket_id"], ["switch_tickets.network_id", "switch_tickets.id"]),
        UniqueConstraint("network_id", "ticket_id"),
        Index("ix_visits_standing", "network_id", "admin_session", postgresql_where=text("ended_at IS NULL")),
        Index("ix_visits_started", "network_id", desc("started_at"), desc("id")),
        Index("ix_visits_customer", "network_id", "customer_id", desc("started_at"), desc("id")),
        Index(
            "uq_visits_one", "network_id", "admin_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
        CheckConstraint("mode IN ('look', 'act')", name="mode"),
        CheckConstraint("(ended_at IS NULL) = (cause IS NULL)", name="ended"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID]
    site_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    account_id: Mapped[UUID]
    account_epoch: Mapped[int]
    admin_id: Mapped[UUID]
    admin_session: Mapped[str]
    return_path: Mapped[str]
    mode: Mapped[VisitMode]
    admin_name: Mapped[str]
    customer_name: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    cause: Mapped[str | None]
