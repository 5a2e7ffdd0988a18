"""A customer: what a network knows of somebody beside his login."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped, Versioned
from services.customers.models.base import FOLDED, Base

IS_VIP = "is_vip"
IS_UNVERIFIED = "verification <> 'verified'"
SIGNED_IN = "COALESCE(last_sign_in_at, '1970-01-01 00:00:00+00'::timestamptz)"
"""The last sign-in to sort by: never counts as long ago, so that no page has to compare with NULL."""

SORTS = {"newest": "created_at", "name": "sort_name", "last_sign_in": SIGNED_IN}
SUBSETS = {"": None, "vip_": IS_VIP, "unverified_": IS_UNVERIFIED}


def _list_indexes() -> list[Index]:
    """Return an index for each order of each tab: a page is read from where it begins."""
    return [
        Index(
            f"ix_customers_{subset}{sort}",
            "network_id",
            text(column),
            "id",
            postgresql_where=text(predicate) if predicate else None,
        )
        for subset, predicate in SUBSETS.items()
        for sort, column in SORTS.items()
    ]


class Customer(TenantScoped, Timestamped, Versioned, Base):
    """``sort_name`` is the folded display name; ``last_seen_at`` is when his pages last asked;
    ``custom`` the values of custom fields by their key.

    ``assistance_until``: until when he lets admins switch to his sites, where the network asks for that.
    ``unreachable_since``: when mail to his address was refused for good; ``unreachable_reason`` is what the
    mail server said.
    """

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "account_id"),
        UniqueConstraint("network_id", "number"),
        ForeignKeyConstraint(["network_id", "account_id"], ["accounts.network_id", "accounts.id"]),
        CheckConstraint("verification IN ('none', 'pending', 'verified')", name="verification"),
        *_list_indexes(),
        Index(
            "ix_customers_seen",
            "network_id",
            "last_seen_at",
            postgresql_where=text("last_seen_at IS NOT NULL"),
        ),
    )
    missing = N_("There is no such customer.")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    number: Mapped[int]
    phone: Mapped[str] = mapped_column(default="")
    is_vip: Mapped[bool] = mapped_column(default=False)
    verification: Mapped[str] = mapped_column(default="none")
    billing_company: Mapped[str] = mapped_column(default="")
    billing_email: Mapped[str] = mapped_column(default="")
    billing_line1: Mapped[str] = mapped_column(default="")
    billing_line2: Mapped[str] = mapped_column(default="")
    billing_postcode: Mapped[str] = mapped_column(default="")
    billing_city: Mapped[str] = mapped_column(default="")
    billing_state: Mapped[str] = mapped_column(default="")
    billing_country: Mapped[str] = mapped_column(default="")
    billing_vat_number: Mapped[str] = mapped_column(default="")
    last_sign_in_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    assistance_until: Mapped[datetime | None]
    unreachable_since: Mapped[datetime | None]
    unreachable_reason: Mapped[str] = mapped_column(default="", server_default="")
    sort_name: Mapped[str] = mapped_column(FOLDED)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


def signed_in() -> ColumnElement[datetime]:
    """Return the expression that the index on the last sign-in holds."""
    return literal_column(SIGNED_IN.replace("last_sign_in_at", "customers.last_sign_in_at"))
