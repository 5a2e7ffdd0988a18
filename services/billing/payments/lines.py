"""Price the lines of a payment so that the parts always sum exactly to the total."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kernel.errors import N_, Invalid
from kernel.ids import new_id
from services.billing.amounts import share, spread
from services.billing.models import PaymentLine


class LinesDoNotAddUp(Invalid):
    """There is no line, a line with a negative part, or a discount larger than what it is taken from."""


@dataclass(frozen=True)
class Item:
    """Something to pay for. ``unit`` and ``discount`` in minor units, ``tax_percent`` on what is left."""

    description: str
    unit: int
    quantity: int = 1
    discount: int = 0
    tax_percent: Decimal = Decimal(0)

    @property
    def net(self) -> int:
        return self.quantity * self.unit - self.discount


def priced_lines(items: Sequence[Item], *, currency: str, discount: int = 0) -> list[PaymentLine]:
    """Return the lines for ``items``, a ``discount`` on the whole spread over them; tax comes last.

    Raises LinesDoNotAddUp.
    """
    nets = [item.net for item in items]
    wrong = [item for item in items if item.quantity < 1 or min(item.unit, item.discount, item.net) < 0]
    if wrong or not items or not 0 <= discount <= sum(nets):
        raise LinesDoNotAddUp(
            N_("Every line needs a quantity, and no discount may be larger than its price.")
        )
    shares = spread(discount, nets)
    return [
        _line(item, position=position, currency=currency, discount=item.discount + part)
        for position, (item, part) in enumerate(zip(items, shares, strict=True), start=1)
    ]


def _line(item: Item, *, position: int, currency: str, discount: int) -> PaymentLine:
    net = item.quantity * item.unit - discount
    tax = share(net, item.tax_percent)
    return PaymentLine(
        id=new_id(),
        position=position,
        description=item.description,
        currency=currency,
        quantity=item.quantity,
        unit=item.unit,
        discount=discount,
        tax_percent=item.tax_percent,
        tax=tax,
        total=net + tax,
    )
