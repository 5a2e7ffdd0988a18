"""Comparisons of our rows with a gateway's own list, and what differed."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, desc, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.reconciliation import Difference
from kernel.errors import N_
from kernel.tables import TenantScoped
from kernel.work import DueWork, work_indexes
from services.billing.models.base import Base, words_check

Thing = Literal["charge", "refund", "dispute"]


class Reconciliation(DueWork, Base):
    """One comparison with the list of ``gateway`` from ``since`` until ``until``; one a gateway and end.

    ``compared`` counts the movements that were looked at, on either side.
    """

    missing = N_("There is no such comparison.")
    __tablename__ = "reconciliations"
    __table_args__ = (
        *work_indexes("reconciliations"),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "gateway", "until"),
        Index("ix_reconciliations_newest", "network_id", desc("until"), desc("id")),
        CheckConstraint("until > since", name="window"),
    )

    gateway: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(default="")
    compared: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ReconciliationFinding(TenantScoped, Base):
    """A difference between our row and the gateway's line, until a person or a later comparison closes it.

    ``reference`` is the gateway's name for the movement, or our key where it never had one; ``moved_at`` is
    when it moved, or should have. An empty side has no such movement.
    """

    missing = N_("There is no such difference.")
    __tablename__ = "reconciliation_findings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "reconciliation_id"], ["reconciliations.network_id", "reconciliations.id"]
        ),
        Index(
            "uq_reconciliation_findings_open",
            "network_id",
            "gateway",
            "thing",
            "reference",
            "difference",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_reconciliation_findings_newest", "network_id", desc("found_at"), desc("id")),
        words_check("difference", ("missing", "extra", "amount", "currency", "state")),
        words_check("thing", ("charge", "refund", "dispute")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reconciliation_id: Mapped[UUID]
    gateway: Mapped[str]
    thing: Mapped[Thing] = mapped_column(Text())
    difference: Mapped[Difference] = mapped_column(Text())
    reference: Mapped[str]
    payment_id: Mapped[UUID | None]
    ours: Mapped[dict[str, Any]]
    theirs: Mapped[dict[str, Any]]
    moved_at: Mapped[datetime]
    found_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


class BookCheck(DueWork, Base):
    """How the books of a network stood when they were last checked; due once a day, or when somebody asks.

    ``balances`` and ``errors`` are lists of ``Balance`` and ``BookError``, as the contracts have them.
    """

    __tablename__ = "book_checks"
    __table_args__ = (*work_indexes("book_checks"), UniqueConstraint("network_id"))

    checked_at: Mapped[datetime | None]
    balances: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(), default=list)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(), default=list)
