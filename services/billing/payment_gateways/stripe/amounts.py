"""Amounts as Stripe writes them: most currencies in hundredths, some in none, some in thousandths.

Source: docs.stripe.com/currencies, "Zero-decimal", "Three-decimal" and "Special cases". ISK and UGX have no
decimals, but are still written with two.
"""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

from kernel.contracts.money import Money

NONE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THREE = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


class AmountNotPossible(ValueError):
    """Stripe takes no such amount in this currency."""


def to_stripe(money: Money) -> int:
    """Return the amount in Stripe's units. Raises AmountNotPossible rather than to round."""
    units = Decimal(money.amount).scaleb(_decimals(money.currency) - _ours(money.currency))
    if units != units.to_integral_value() or (money.currency in THREE and units % 10):
        raise AmountNotPossible(f"Stripe takes no amount that small a part of {money.currency}.")
    if units < 0:
        raise AmountNotPossible("Stripe takes no negative amount.")
    return int(units)


def from_stripe(units: int, currency: str) -> Money:
    """Return what Stripe calls ``units`` of a currency (``"sek"``) as money of ours."""
    code = currency.upper()
    amount = Decimal(units).scaleb(_ours(code) - _decimals(code))
    return Money(amount=int(amount.quantize(Decimal(1), ROUND_HALF_UP)), currency=code)


def _decimals(currency: str) -> int:
    return 0 if currency in NONE else 3 if currency in THREE else 2


def _ours(currency: str) -> int:
    """Return how many decimals amounts of ours have: those that Babel shows them with."""
    return get_currency_precision(currency)
