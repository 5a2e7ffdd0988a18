"""What a membership was billed for, what happened to it, and what is to happen."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import APPEND_ONLY, TenantScoped
from kernel.work import DueWork
from services.billing.models.base import Base, words_check

PeriodKind = Literal["trial", "first", "renewal", "change", "given"]
"""``change``: the rest of a period at other terms; ``given``: nothing is asked for it."""


def same_membership() -> ForeignKeyConstraint:
    """Tie a child to its membership, in the same network."""
    return ForeignKeyConstraint(["network_id", "membership_id"], ["memberships.network_id", "memberships.id"])


class MembershipPeriod(TenantScoped, Base):
    """A stretch of time that a membership was given and, unless it is a trial, asked money for.

    Unique by membership, beginning and kind: that is what makes it impossible to bill one twice, whatever
    runs how often. ``ends_at`` is None for what never ends. The payment may be replaced when it was
    cancelled. ``granted_at``: since when the membership has this time; None while its payment is waited
    for. ``amount`` is what the time costs, in minor units. Times that were granted never overlap: a trigger
    sees to it.
    """

    __tablename__ = "membership_periods"
    __table_args__ = (
        same_membership(),
        ForeignKeyConstraint(["network_id", "payment_id"], ["payments.network_id", "payments.id"]),
        UniqueConstraint("network_id", "membership_id", "starts_at", "kind"),
        Index("ix_membership_periods_payment", "network_id", "payment_id"),
        CheckConstraint("ends_at > starts_at", name="length"),
        CheckConstraint("amount >= 0", name="amount"),
        words_check("kind", ("trial", "first", "renewal", "change", "given")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID]
    kind: Mapped[PeriodKind] = mapped_column(Text())
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    payment_id: Mapped[UUID | None]
    amount: Mapped[int] = mapped_column(default=0, server_default="0")
    granted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class MembershipChange(TenantScoped, Base):
    """A line of a membership's history: who did what, from which status to which, and why."""

    __tablename__ = "membership_changes"
    __table_args__ = (
        same_membership(),
        Index("ix_membership_changes_membership", "network_id", "membership_id", desc("at"), desc("id")),
        {"comment": APPEND_ONLY},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID]
    at: Mapped[datetime]
    actor: Mapped[str]
    impersonator: Mapped[UUID | None]
    act: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(default="")


class ScheduledChange(TenantScoped, Base):
    """What a membership becomes at ``due_at``; at most one that is still to come.

    ``terms`` are those of the use case that carries it out, as JSON.
    """

    __tablename__ = "scheduled_changes"
    __table_args__ = (
        same_membership(),
        Index(
            "uq_scheduled_changes_membership",
            "network_id",
            "membership_id",
            unique=True,
            postgresql_where=text("state = 'scheduled'"),
        ),
        words_check("state", ("scheduled", "done", "withdrawn")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID]
    due_at: Mapped[datetime]
    terms: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="scheduled")
    actor: Mapped[str]
    created_at: Mapped[datetime]


class MembershipAgenda(DueWork, Base):
    """When a membership must be looked at next: ``id`` is the membership's own.

    What is to be done then follows from the membership, its periods and its payments, never from this row.
    """

    __tablename__ = "membership_agenda"
