"""A customer's agreement to have a product."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, desc, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.contracts.billing import MembershipStatus, Period
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped
from services.billing.memberships.periods import period_of
from services.billing.memberships.transitions import require_trial_days, transition
from services.billing.models.base import CURRENCY_CHECK, PERIOD_CHECK, Base
from services.billing.models.products import Product


class MembershipItem(TenantScoped, Base):
    """A product of a membership, the plan first; ``unit`` is what one of it costs per period, as agreed."""

    __tablename__ = "membership_items"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "membership_id"], ["memberships.network_id", "memberships.id"]),
        ForeignKeyConstraint(["network_id", "product_id"], ["products.network_id", "products.id"]),
        UniqueConstraint("network_id", "membership_id", "product_id"),
        Index("ix_membership_items_product", "network_id", "product_id", "membership_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit >= 0", name="unit"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID]
    product_id: Mapped[UUID]
    position: Mapped[int]
    quantity: Mapped[int] = mapped_column(default=1)
    unit: Mapped[int]

    product: Mapped[Product] = relationship(lazy="raise", viewonly=True)


class Membership(TenantScoped, Timestamped, Base):
    """``amount`` per period, or once when there is no period: what its items cost, as agreed.

    ``waits_to_be``: what a pending one becomes once its customer's e-mail address is verified;
    ``left_to_be``: what it would have become, had whoever verified the address not wanted nothing to start.
    ``anchor_at`` is what its periods are counted from, ``anchor_day`` its day of the month. ``cycles``:
    how many periods are billed, of which ``cycles_billed`` have been. ``held_at``: since when it is on
    hold. ``cancels_at``: it ends then, unless that is undone. ``resumes_id``: the cancelled one it goes on
    from. ``credit``: what is left, in minor units, of paid time that was taken back; the next payments use
    it up.
    """

    missing = N_("There is no such membership.")
    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "number"),
        ForeignKeyConstraint(["network_id", "product_id"], ["products.network_id", "products.id"]),
        Index("ix_memberships_customer", "network_id", "customer_id", desc("created_at"), desc("id")),
        CheckConstraint(
            "status IN ('pending', 'trialing', 'active', 'on_hold', 'expired', 'cancelled')", name="status"
        ),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint(CURRENCY_CHECK, name="currency"),
        CheckConstraint(PERIOD_CHECK, name="period"),
        CheckConstraint("status <> 'trialing' OR trial_ends_at IS NOT NULL", name="trial"),
        CheckConstraint(
            "waits_to_be IS NULL OR waits_to_be IN ('trialing', 'active') AND status = 'pending'",
            name="waits_to_be",
        ),
        CheckConstraint(
            "left_to_be IS NULL OR left_to_be IN ('trialing', 'active') AND status = 'pending'"
            " AND waits_to_be IS NULL",
            name="left_to_be",
        ),
        Index(
            "ix_memberships_waiting",
            "network_id",
            "customer_id",
            postgresql_where=text("waits_to_be IS NOT NULL"),
        ),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("anchor_day BETWEEN 1 AND 31", name="anchor_day"),
        CheckConstraint("cycles > 0", name="cycles"),
        CheckConstraint("cycles_billed >= 0", name="cycles_billed"),
        CheckConstraint("setup_fee >= 0", name="setup_fee"),
        CheckConstraint("credit >= 0", name="credit"),
        Index(
            "uq_memberships_resumes",
            "network_id",
            "resumes_id",
            unique=True,
            postgresql_where=text("resumes_id IS NOT NULL"),
        ),
        ForeignKeyConstraint(
            ["network_id", "method_id"], ["payment_methods.network_id", "payment_methods.id"]
        ),
        Index("ix_memberships_newest", "network_id", desc("created_at"), desc("id")),
        Index("ix_memberships_status", "network_id", "status", desc("created_at"), desc("id")),
        Index("ix_memberships_product", "network_id", "product_id"),
        Index("ix_memberships_expires", "network_id", "expires_at"),
        Index("ix_memberships_gateway", "network_id", "gateway", desc("created_at"), desc("id")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    customer_id: Mapped[UUID]
    product_id: Mapped[UUID]
    status: Mapped[MembershipStatus]
    currency: Mapped[str]
    amount: Mapped[int]
    period_length: Mapped[int | None]
    period_unit: Mapped[str | None]
    auto_renew: Mapped[bool]
    gateway: Mapped[str]
    waits_to_be: Mapped[MembershipStatus | None]
    left_to_be: Mapped[MembershipStatus | None]
    trial_days: Mapped[int] = mapped_column(default=0, server_default="0")
    started_at: Mapped[datetime | None]
    trial_ends_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_cause: Mapped[str] = mapped_column(default="", server_default="")
    cancel_reason: Mapped[str] = mapped_column(default="", server_default="")
    cancels_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    anchor_day: Mapped[int | None]
    anchor_at: Mapped[datetime | None]
    cycles: Mapped[int | None]
    cycles_billed: Mapped[int] = mapped_column(default=0, server_default="0")
    setup_fee: Mapped[int] = mapped_column(default=0, server_default="0")
    credit: Mapped[int] = mapped_column(default=0, server_default="0")
    method_id: Mapped[UUID | None]
    gateway_customer: Mapped[str] = mapped_column(default="", server_default="")
    gateway_subscription: Mapped[str] = mapped_column(default="", server_default="")
    resumes_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    product: Mapped[Product] = relationship(lazy="raise")
    items: Mapped[list[MembershipItem]] = relationship(
        order_by=MembershipItem.position, lazy="select", cascade="all, delete-orphan"
    )

    @property
    def period(self) -> Period | None:
        return period_of(self.period_length, self.period_unit)

    @property
    def is_free(self) -> bool:
        return self.amount == 0

    def change_status(self, status: MembershipStatus, now: datetime) -> MembershipStatus:
        """Move to ``status`` and return the one before; raises TransitionNotAllowed."""
        before = self.status
        transition(before, status)
        require_trial_days(status, self.trial_days)
        self.status, self.waits_to_be, self.left_to_be = status, None, None
        self.held_at = now if status == "on_hold" else None
        if status == "trialing":
            self.started_at, self.trial_ends_at = now, now + timedelta(days=self.trial_days)
        if status == "active":
            self.started_at = self.started_at or now
        if status == "cancelled":
            self.cancelled_at, self.auto_renew, self.cancels_at = now, False, None
        return before
