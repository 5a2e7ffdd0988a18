"""What is sold, and for how much."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.contracts.billing import Period
from kernel.contracts.money import Money
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped
from services.billing.models.base import CURRENCY_CHECK, PERIOD_CHECK, Base, Pricing, ProductKind
from services.billing.periods import period_of


class Product(TenantScoped, Timestamped, Base):
    """A plan, a package on top of a plan, or a service; paid, free, or priced by agreement."""

    missing = N_("There is no such product.")
    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "slug"),
        CheckConstraint("kind IN ('plan', 'package', 'service')", name="kind"),
        CheckConstraint("pricing IN ('paid', 'free', 'contact_us')", name="pricing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    kind: Mapped[ProductKind]
    pricing: Mapped[Pricing]
    is_active: Mapped[bool] = mapped_column(default=True)

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
        CheckConstraint(CURRENCY_CHECK, name="currency"),
        CheckConstraint(PERIOD_CHECK, name="period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID]
    currency: Mapped[str]
    amount: Mapped[int]
    period_length: Mapped[int | None]
    period_unit: Mapped[str | None]

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)

    @property
    def period(self) -> Period | None:
        return period_of(self.period_length, self.period_unit)
