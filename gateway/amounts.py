"""Amounts of money as people type them, in their own way of writing numbers."""

import re
from decimal import Decimal

from babel.numbers import get_currency_precision

from gateway.typed_money import typed_amount
from kernel.contracts.money import Money
from kernel.errors import N_, Filled, Invalid

NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,4})?", re.ASCII)


def typed(text: str, currency: str, *, field: str) -> Money:
    """Return what was typed, ``120,50`` or ``120.50``, as money. Raises Invalid of the field.

    Both signs are the decimal one. Thousands are not divided: ``1,000`` is refused, not taken for one.
    """
    plain = "".join(text.split()).replace(",", ".")
    wrong = Filled(N_("Write an amount in %(currency)s, for example %(example)s."),
                   currency=currency, example=typed_amount(12050, currency))  # fmt: skip
    places = get_currency_precision(currency)
    if not NUMBER.fullmatch(plain) or len(plain.partition(".")[2]) > places:
        raise Invalid(fields={field: wrong})
    return Money(amount=int(Decimal(plain).scaleb(places)), currency=currency)
