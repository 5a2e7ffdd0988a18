"""What is sold, and for how much."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.contracts.billing import Period
from kernel.contracts.money import Money
from kernel.contracts.products import Pricing, ProductKind
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped
from services.billing.memberships.periods import period_of
from services.billing.models.base import CURRENCY_CHECK, PERIOD_CHECK, Base


class Product(TenantScoped, Timestamped, Base):
    """A plan, a package on top of a plan, or a service; paid, free, or priced by agreement.

    ``cycles``: how many periods are billed (None: until it ends otherwise). ``limits``: what a site may
    use, e.g. ``{"sites": 3, "pages": 50, "domains": 1, "storage": 500}`` (megabytes; absent: no limit).
    A retired product stays with those who have it and is sold to nobody.
    """

    missing = N_("There is no such product.")
    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "slug"),
        CheckConstraint("kind IN ('plan', 'package', 'service')", name="kind"),
        CheckConstraint("pricing IN ('paid', 'free', 'contact_us')", name="pricing"),
        CheckConstraint("trial_days >= 0", name="trial_days"),
        CheckConstraint("cycles > 0", name="cycles"),
        CheckConstraint("retired_at IS NULL OR NOT is_active", name="retired"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    kind: Mapped[ProductKind]
    pricing: Mapped[Pricing]
    is_active: Mapped[bool] = mapped_column(default=True)
    group: Mapped[str] = mapped_column(default="", server_default="")
    position: Mapped[int] = mapped_column(default=10, server_default="10")
    trial_days: Mapped[int] = mapped_column(default=0, server_default="0")
    cycles: Mapped[int | None]
    contact_url: Mapped[str] = mapped_column(default="", server_default="")
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    prices: Mapped[list["Price"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    def price_for(self, currency: str, period: Period | None) -> Money | None:
        """Return what the product costs per period (None: once), or None when it is not sold so."""
        if self.pricing == "free":
            return Money(amount=0, currency=currency)
        wanted = (
            price.money for price in self.prices if (price.currency, price.period) == (currency, period)
        )
        return next(wanted, None)


class Price(TenantScoped, Base):
    """What a product costs in one currency, per period; without a period it is paid once."""

    __tablename__ = "prices"
    __table_args__ = (
        UniqueConstraint(
            "network_id",
            "product_id",
            "currency",
            "period_length",
            "period_unit",
            name="uq_prices_product_currency_period",
            postgresql_nulls_not_distinct=True,
        ),
        ForeignKeyConstraint(["network_id", "product_id"], ["products.network_id", "products.id"]),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("setup_fee >= 0", name="setup_fee"),
        CheckConstraint(CURRENCY_CHECK, name="currency"),
        CheckConstraint(PERIOD_CHECK, name="period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID]
    currency: Mapped[str]
    amount: Mapped[int]
    setup_fee: Mapped[int] = mapped_column(default=0, server_default="0")
    period_length: Mapped[int | None]
    period_unit: Mapped[str | None]

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)

    @property
    def period(self) -> Period | None:
        return period_of(self.period_length, self.period_unit)
