"""The base of the billing tables."""

from collections.abc import Iterable
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import DeclarativeBase

from kernel.contracts.billing import (
    ChargeStatus,
    MembershipStatus,
    PaymentKind,
    PaymentStatus,
)
from kernel.contracts.invoices import InvoiceKind
from kernel.contracts.plugins import Kind
from kernel.contracts.products import Pricing, ProductKind
from kernel.contracts.refunds import DisputeStatus, MembershipEffect, RefundStatus
from kernel.tables import Conventions, new_metadata


class Base(Conventions, DeclarativeBase):
    """Every billing table; a word out of a few is text, and a CHECK names the words."""

    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        **Conventions.type_annotation_map,
        MembershipStatus: Text(),
        PaymentStatus: Text(),
        PaymentKind: Text(),
        ChargeStatus: Text(),
        RefundStatus: Text(),
        MembershipEffect: Text(),
        DisputeStatus: Text(),
        ProductKind: Text(),
        Pricing: Text(),
        Kind: Text(),
        InvoiceKind: Text(),
    }


def words_check(column: str, words: Iterable[str]) -> CheckConstraint:
    """Return the CHECK that a text is one of a few words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


CURRENCY_CHECK = "currency ~ '^[A-Z]{3}$'"
PERIOD_CHECK = (
    "(period_length IS NULL) = (period_unit IS NULL) AND period_length > 0 "
    "AND period_unit IN ('day', 'week', 'month', 'year')"
)
