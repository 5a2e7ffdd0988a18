"""Put a product on sale, and say what it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from kernel.contracts.billing import Period
from kernel.contracts.events import ProductCreated
from kernel.contracts.money import Money
from kernel.contracts.products import (
    Pricing,
    ProductKind,
    ProductLimits,
    ProductPrice,
    ProductTerms,
)
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.models import Price, Product
from services.billing.products.rules import NOT_SAVED, SLUG_TAKEN, ProductNotValid, checked

PLAIN = (
    "name", "slug", "description", "kind", "pricing", "group", "position", "is_active", "trial_days",
    "cycles", "contact_url",
)  # fmt: skip
"""The terms that stand in a column of the same name."""


@dataclass(frozen=True)
class Offer:
    """What the product costs per period; without a period it is paid once."""

    money: Money
    period: Period | None = None
    setup_fee: int = 0


def create_product(
    uow: UnitOfWork,
    *,
    slug: str,
    name: str,
    kind: ProductKind,
    pricing: Pricing,
    offers: Sequence[Offer] = (),
    **more: Any,
) -> Product:
    """Add a product with these offers and ``more`` terms. Raises ProductNotValid."""
    prices = tuple(
        ProductPrice(
            currency=offer.money.currency,
            amount=offer.money.amount,
            setup_fee=offer.setup_fee,
            period=offer.period,
        )
        for offer in offers
    )
    return add_product(
        uow, ProductTerms(slug=slug, name=name, kind=kind, pricing=pricing, prices=prices, **more)
    )


def add_product(uow: UnitOfWork, terms: ProductTerms) -> Product:
    """Add a product. Raises ProductNotValid with every field that is wrong."""
    terms = checked(terms)
    product = Product(id=new_id(), created_at=uow.now, modified_at=uow.now)
    put(product, terms)
    uow.add(product)
    flush_slug(uow)
    uow.publish(ProductCreated(product_id=product.id, name=product.name, terms=terms))
    return product


def put(product: Product, terms: ProductTerms) -> None:
    """Write the terms into the product; a price that stays keeps its row."""
    for name in PLAIN:
        setattr(product, name, getattr(terms, name))
    product.limits = terms.limits.model_dump(exclude_none=True)
    there = {(price.currency, price.period): price for price in product.prices}
    product.prices[:] = [
        _price(there.get((one.currency, one.period)) or Price(id=new_id()), one) for one in terms.prices
    ]


def flush_slug(uow: UnitOfWork) -> None:
    """Write the product. Raises ProductNotValid when another has its address."""
    try:
        uow.session.flush()
    except IntegrityError as reason:
        raise ProductNotValid(NOT_SAVED, fields={"slug": SLUG_TAKEN}) from reason


def terms_of(product: Product) -> ProductTerms:
    """Return what a product is, with its prices in their order."""
    plain = {name: getattr(product, name) for name in PLAIN}
    return ProductTerms(**plain, limits=ProductLimits(**product.limits), prices=prices_of(product.prices))


def prices_of(prices: Sequence[Price]) -> tuple[ProductPrice, ...]:
    """Return prices by their currency, the shortest period first and what is paid once last."""
    made = [
        ProductPrice(
            currency=price.currency, amount=price.amount, setup_fee=price.setup_fee, period=price.period
        )
        for price in prices
    ]
    return tuple(sorted(made, key=_place))


def _place(price: ProductPrice) -> tuple[str, int]:
    days = {"day": 1, "week": 7, "month": 30, "year": 365}
    return price.currency, price.period.length * days[price.period.unit] if price.period else 10**9


def _price(row: Price, price: ProductPrice) -> Price:
    row.currency, row.amount, row.setup_fee = price.currency, price.amount, price.setup_fee
    row.period_length = price.period.length if price.period else None
    row.period_unit = price.period.unit if price.period else None
    return row
