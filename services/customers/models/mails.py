"""Mail: one row a message, from the decision to write to somebody until it was handed over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.errors import N_
from kernel.work import DueWork, work_indexes
from services.customers.models.base import FOLDED, Base


class Mail(DueWork, Base):
    """``state`` is that of due work: due, leased, done (handed over), dead (given up).

    ``link`` says which single-use link the message carries; it is made when the message is sent, so
    that no secret is kept. Subject, HTML and text hold a placeholder in its place. ``answer`` is the last
    thing the mail server said; ``copies`` how many copies it may have taken, see ``customers.sending``.
    """

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint("link IN ('', 'verify', 'reset', 'invite')", name="link"),
        CheckConstraint("copies BETWEEN 0 AND 2", name="copies"),
        Index("ix_mails_customer", "network_id", "customer_id", "created_at"),
        Index("ix_mails_newest", "network_id", "created_at", "id"),
        Index("ix_mails_to", "network_id", "to_key"),
        Index("ix_mails_account", "network_id", "account_id", "created_at"),
        *work_indexes("mails"),
    )
    missing = N_("There is no such message.")

    account_id: Mapped[UUID | None]
    customer_id: Mapped[UUID | None]
    to: Mapped[str]
    to_key: Mapped[str] = mapped_column(FOLDED, Computed('lower("to")', persisted=True))
    reason: Mapped[str]
    language: Mapped[str]
    template: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    link: Mapped[str] = mapped_column(default="")
    subject: Mapped[str]
    html: Mapped[str]
    text: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    copies: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
