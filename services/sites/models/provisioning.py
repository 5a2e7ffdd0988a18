"""The work of setting a new site up."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from kernel.work import DueWork, work_indexes
from services.sites.models.base import Base, same_site


class Provisioning(DueWork, Base):
    """One row a new site; due on the day the site is to open."""

    __tablename__ = "provisionings"
    __table_args__ = (
        same_site("provisionings"),
        UniqueConstraint("network_id", "site_id"),
        *work_indexes("provisionings"),
    )

    site_id: Mapped[UUID]
