"""Mail: one row a message, from the decision to write to somebody until it was handed over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.errors import N_
from kernel.tables import TenantScoped
from kernel.work import DueWork, work_indexes
from services.customers.models.base import FOLDED, Base

LARGEST_ATTACHMENT = 5 * 1024 * 1024
"""Bytes; what is larger is no letter any more."""


class MailAttachment(TenantScoped, Base):
    """A file that goes with a message, in the order of ``position``; ``source`` says what of: ``invoice``.

    It is made by the worker before the first attempt, kept, and the same at every later one; ``content``
    is None until then.
    """

    missing = N_("There is no such attachment.")
    __tablename__ = "mail_attachments"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "mail_id"], ["mails.network_id", "mails.id"], ondelete="CASCADE"),
        UniqueConstraint("network_id", "mail_id", "position"),
        CheckConstraint("source IN ('invoice')", name="source"),
        CheckConstraint(f"octet_length(content) BETWEEN 1 AND {LARGEST_ATTACHMENT}", name="content"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mail_id: Mapped[UUID]
    position: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    source: Mapped[str]
    source_id: Mapped[UUID]
    content: Mapped[bytes | None]


class Mail(DueWork, Base):
    """``state`` is that of due work: due, leased, done (handed over), dead (given up).

    ``link`` says which single-use link the message carries; it is made when the message is sent, so
    that no secret is kept. Subject, HTML and text hold a placeholder in its place. ``answer`` is the last
    thing the mail server said; ``copies`` how many copies it may have taken, see ``customers.sending``.
    """

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        CheckConstraint("link IN ('', 'verify', 'reset', 'invite', 'pay', 'card')", name="link"),
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

    attachments: Mapped[list[MailAttachment]] = relationship(
        order_by=MailAttachment.position, lazy="select", passive_deletes=True
    )
