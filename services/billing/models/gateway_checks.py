"""Wishes to know whether a payment gateway answers with the network's settings."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from kernel.work import DueWork, work_indexes
from services.billing.models.base import Base

OPEN = "state IN ('due', 'leased')"


class GatewayCheck(DueWork, Base):
    """A wish to know whether a gateway answers with its settings; one waits at a time."""

    __tablename__ = "gateway_checks"
    __table_args__ = (
        *work_indexes("gateway_checks"),
        Index("uq_gateway_checks_open", "network_id", "gateway", unique=True, postgresql_where=text(OPEN)),
    )

    gateway: Mapped[str]
    asked_at: Mapped[datetime]
