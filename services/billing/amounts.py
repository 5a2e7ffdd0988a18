"""Arithmetic with minor units: a tax, a discount spread over lines, an amount in words."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision

from kernel.contracts.money import Money


@lru_cache(maxsize=256)
def decimals_of(currency: str) -> int:
    """Return how many decimals a currency has."""
    return get_currency_precision(currency)


def as_decimal(amount: int, currency: str) -> Decimal:
    """Return minor units as a number of the currency, with as many decimals as it has."""
    return Decimal(amount).scaleb(-decimals_of(currency))


def in_words(money: Money) -> str:
    """Return an amount for an English sentence, e.g. ``"120.50 SEK"`` or ``"500 JPY"``."""
    decimals = decimals_of(money.currency)
    return f"{as_decimal(money.amount, money.currency):.{decimals}f} {money.currency}"


def share(amount: int, percent: Decimal) -> int:
    """Return ``percent`` of an amount, half a minor unit rounded away from zero as on a receipt."""
    return int((amount * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount in proportion; the parts sum to it exactly.

    Largest remainder: ``spread(100, [1, 1, 1]) == [34, 33, 33]``. No part is larger than its
    weight as long as ``amount`` is not larger than their sum.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(amount * weights[at] % whole))
    for at in by_remainder[: amount - sum(parts)]:
        parts[at] += 1
    return parts


def share_of(amount: int, part: int, whole: int) -> int:
    """Return ``part / whole`` of an amount, half a minor unit rounded up; all of it when it is the whole."""
    return (2 * amount * part + whole) // (2 * whole) if whole else 0
