"""Put a product on sale."""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.contracts.billing import Period
from kernel.contracts.events import ProductCreated
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.errors import N_, Invalid
from kernel.ids import new_id
from services.billing.models import Price, Product
from services.billing.models.base import Pricing, ProductKind


class PricesDoNotFit(Invalid):
    """A paid product has no price, or one that is not paid for has."""


@dataclass(frozen=True)
class Offer:
    """What the product costs per period; without a period it is paid once."""

    money: Money
    period: Period | None = None


def create_product(
    uow: UnitOfWork,
    *,
    slug: str,
    name: str,
    kind: ProductKind,
    pricing: Pricing,
    offers: Sequence[Offer] = (),
    description: str = "",
) -> Product:
    """Add a product; raises PricesDoNotFit unless paid products, and only they, have offers."""
    if (pricing == "paid") != bool(offers):
        raise PricesDoNotFit(N_("A paid product needs a price; a free one and one by agreement have none."))
    product = Product(
        id=new_id(),
        slug=slug,
        name=name,
        description=description,
        kind=kind,
        pricing=pricing,
        created_at=uow.now,
        modified_at=uow.now,
        prices=[_price(offer) for offer in offers],
    )
    uow.add(product)
    uow.publish(ProductCreated(product_id=product.id, name=name))
    return product


def _price(offer: Offer) -> Price:
    return Price(
        id=new_id(),
        currency=offer.money.currency,
        amount=offer.money.amount,
        period_length=offer.period.length if offer.period else None,
        period_unit=offer.period.unit if offer.period else None,
    )
