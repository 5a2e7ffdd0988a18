"""What has happened: sign-ins, the timeline, and the audit log that can only grow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import APPEND_ONLY, TenantScoped
from services.customers.models.base import Base


class SignInAttempt(TenantScoped, Base):
    """One attempt to sign in to a known account.

    ``lacks_code``: the password was right, and no right code of the second factor has come with it.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "account_id"], ["accounts.network_id", "accounts.id"]),
        CheckConstraint("NOT (succeeded AND lacks_code)", name="lacks_code"),
        Index("ix_sign_ins_account", "network_id", "account_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    at: Mapped[datetime]
    door: Mapped[str]
    ip: Mapped[str]
    country: Mapped[str]
    device: Mapped[str]
    succeeded: Mapped[bool]
    lacks_code: Mapped[bool] = mapped_column(default=False, server_default=false())


class TimelineLine(TenantScoped, Base):
    """An event as pages show it; its id is the event's own. ``actor_id``: the account or API key."""

    __tablename__ = "timeline"
    __table_args__ = (Index("ix_timeline_at", "network_id", "at", "id"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    type: Mapped[str]
    actor: Mapped[str]
    actor_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]


class TimelineSubject(TenantScoped, Base):
    """Whom or what a line concerns: the customer, the membership, the payment, the site."""

    __tablename__ = "timeline_subjects"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "line_id"], ["timeline.network_id", "timeline.id"]),
    )

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(primary_key=True)


class AuditLine(TenantScoped, Base):
    """Who did what to whom, and what it was before; written, never changed."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_object", "network_id", "object_id", "at"),
        Index("ix_audit_log_at", "network_id", "at", "id"),
        {"comment": APPEND_ONLY},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    impersonator: Mapped[UUID | None]
    action: Mapped[str]
    ip: Mapped[str] = mapped_column(default="", server_default="")
    object_id: Mapped[UUID]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    after: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    details: Mapped[dict[str, Any]]
