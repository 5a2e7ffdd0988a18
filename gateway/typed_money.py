"""Amounts as people type them: one reading of them for every form, whichever language it speaks."""

import re
from decimal import Decimal

from babel.numbers import format_decimal, get_currency_precision

from gateway.formats import formats
from kernel.contracts.money import Money
from kernel.errors import N_, Filled, Invalid

WRONG_AMOUNT = N_("Write an amount, with no more decimals than the currency has.")
PLAIN = re.compile(r"(-?)([0-9]{1,15})(?:[.,]([0-9]{1,4}))?")
GROUPED = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,3}(?:\.[0-9]{3}){1,4})([.,])([0-9]{1,4})")


def typed_amount(amount: int, currency: str) -> str:
    """``1234,50`` in Swedish: as many decimals as the currency has, and no marks between thousands."""
    decimals = get_currency_precision(currency)
    pattern = "0." + "0" * decimals if decimals else "0"
    return format_decimal(Decimal(amount).scaleb(-decimals), pattern, locale=formats().locale)


def read_amount(given: str, currency: str) -> int | None:
    """Return what was typed in minor units; None when it is no amount of this currency.

    ``120,50`` and ``120.50`` are the same: a lone sign is the decimal one, so ``1,000`` is refused where
    two decimals are the most, not taken for one or for a thousand. With both signs, ``1,234.50`` or
    ``1.234,50``, the first divides thousands; spaces always do.
    """
    plain = "".join(given.split()).replace("−", "-")
    if found := PLAIN.fullmatch(plain):
        sign, whole, decimals = found.groups(default="")
    elif (found := GROUPED.fullmatch(plain)) and found[3] not in found[2]:
        sign, whole, decimals = found[1], re.sub(r"[.,]", "", found[2]), found[4]
    else:
        return None
    places = get_currency_precision(currency)
    if len(decimals) > places:
        return None
    return int(f"{sign}{whole}{decimals:0<{places}}")


def read_money(given: str, currency: str, *, field: str) -> Money:
    """Return what was typed as money. Raises Invalid of the field, with an example."""
    amount = read_amount(given, currency)
    if amount is None:
        sentence = N_("Write an amount in %(currency)s, for example %(example)s.")
        wrong = Filled(sentence, currency=currency, example=typed_amount(12050, currency))
        raise Invalid(fields={field: wrong})
    return Money(amount=amount, currency=currency)
