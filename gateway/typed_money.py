"""Amounts as people type them, in their own way of writing numbers."""

import re
from decimal import Decimal

from babel.numbers import format_decimal, get_currency_precision

from gateway.custom_fields import read_number
from gateway.formats import formats

LONGEST = 30  # characters
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def typed_amount(amount: int, currency: str) -> str:
    """``1234,50`` in Swedish: as many decimals as the currency has, and no marks between thousands."""
    decimals = get_currency_precision(currency)
    pattern = "0." + "0" * decimals if decimals else "0"
    return format_decimal(Decimal(amount).scaleb(-decimals), pattern, locale=formats().locale)


def read_amount(given: str, currency: str) -> int | None:
    """Return what was typed in minor units; None when it is no amount of this currency."""
    number = read_number(given[:LONGEST], formats().locale)
    # Decimal would also take "1e9" and "NaN".
    if not NUMBER.fullmatch(number):
        return None
    typed = Decimal(number)
    minor = typed.scaleb(get_currency_precision(currency))
    return int(minor) if minor == minor.to_integral_value() else None
