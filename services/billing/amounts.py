"""Arithmetic with minor units: a tax, a discount spread over lines, an amount in words."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

from kernel.contracts.money import Money


def in_words(money: Money) -> str:
    """Return an amount for an English sentence, e.g. ``"120.50 SEK"`` or ``"500 JPY"``."""
    decimals = get_currency_precision(money.currency)
    return f"{Decimal(money.amount).scaleb(-decimals):.{decimals}f} {money.currency}"


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
