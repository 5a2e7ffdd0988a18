"""The work of setting a new site up."""

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from kernel.work import DueWork
from services.sites.models.base import Base, same_site


class Provisioning(DueWork, Base):
    """One row a new site; due on the day the site is to open."""

    __tablename__ = "provisionings"
    __table_args__ = (
        same_site("provisionings"),
        UniqueConstraint("network_id", "site_id"),
        Index("ix_provisionings_open", "due_at", postgresql_where=text("state IN ('due', 'leased')")),
    )

    site_id: Mapped[UUID]
