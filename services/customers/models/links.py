"""Wishes for a link by mail, from people who are not signed in."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.work import DueWork, work_indexes
from services.customers.models.base import Base


class LinkRequest(DueWork, Base):
    """Somebody typed an address and wants a link; whether it is anybody's is found out later.

    So the answer, and how long it takes, is the same for every address. The row is gone once it is answered.
    """

    __tablename__ = "link_requests"
    __table_args__ = (
        CheckConstraint("purpose IN ('verify', 'reset')", name="purpose"),
        *work_indexes("link_requests"),
    )

    purpose: Mapped[str]
    email_key: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
