"""Lines as somebody asks for them: free words, or a product at its own price."""

from collections.abc import Sequence

from kernel.contracts.payments import LineOrder
from kernel.database import UnitOfWork
from kernel.errors import N_, Filled, Invalid
from services.billing.models import PaymentLine, Product
from services.billing.payments.lines import Item, priced_lines


class LineIncomplete(Invalid):
    """A line says neither what it is for, nor what it costs, and no product does."""


def lines_of(
    uow: UnitOfWork, orders: Sequence[LineOrder], *, currency: str, discount: int = 0
) -> list[PaymentLine]:
    """Return the priced lines. Raises LineIncomplete, LinesDoNotAddUp, NotFound for an unknown product."""
    products = [uow.get(Product, order.product_id) if order.product_id else None for order in orders]
    items = [
        _item(order, product, currency, at)
        for at, (order, product) in enumerate(zip(orders, products, strict=True))
    ]
    lines = priced_lines(items, currency=currency, discount=discount)
    for line, order in zip(lines, orders, strict=True):
        line.product_id = order.product_id
        line.kind = "product" if order.product_id else "other"
        line.tax_percent = order.tax_percent
    return lines


def _item(order: LineOrder, product: Product | None, currency: str, at: int) -> Item:
    return Item(
        _description(order, product, at),
        _unit(order, product, currency, at),
        quantity=order.quantity,
        discount=order.discount,
        tax_percent=order.tax_percent,
    )


def _description(order: LineOrder, product: Product | None, at: int) -> str:
    words = order.description.strip() or (product.name if product else "")
    if not words:
        sentence = N_("Say what this is for, or choose a product.")
        raise LineIncomplete(N_("Some fields are not valid."), fields={f"lines.{at}.description": sentence})
    return words


def _unit(order: LineOrder, product: Product | None, currency: str, at: int) -> int:
    if order.unit is not None:
        return order.unit
    price = _own_price(product, currency) if product else None
    if price is None:
        sentence = Filled(N_("Say what it costs: there is no price in %(currency)s."), currency=currency)
        raise LineIncomplete(N_("Some fields are not valid."), fields={f"lines.{at}.unit": sentence})
    return price


def _own_price(product: Product, currency: str) -> int | None:
    """Return what the product costs once, or else for its shortest period."""
    if product.pricing == "free":
        return 0
    ours = [price for price in product.prices if price.currency == currency]
    once = [price.amount for price in ours if price.period is None]
    return next(iter(once), min((price.amount for price in ours), default=None))
