"""What the terms of a product must be, whoever sends them."""

import re
from collections.abc import Iterator

from babel.numbers import is_currency

from kernel.contracts.billing import Period
from kernel.contracts.products import LIMITS, MOST_PRICES, ProductPrice, ProductTerms
from kernel.errors import N_, Filled, Invalid
from kernel.folding import fold

NOT_SAVED = N_("The product is not saved.")
SLUG_TAKEN = N_("Another product has this address already.")
SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
WEB = re.compile(r"(https?://|mailto:)[^\s\x00-\x1f]+")
LENGTHS = {"name": 100, "description": 2000, "group": 100, "contact_url": 500}
MOST = {"position": 10_000, "trial_days": 730, "cycles": 1200}
MOST_LIMIT = 1_000_000_000
MOST_MONEY = 1_000_000_000_000  # minor units
MOST_PERIOD = 366

Wrong = Iterator[tuple[str, str]]


class ProductNotValid(Invalid):
    """Some of the terms are not as they must be; the fields say which."""


def checked(terms: ProductTerms) -> ProductTerms:
    """Return the terms as they are kept. Raises ProductNotValid with every field that is wrong."""
    tidy = terms.model_copy(
        update={
            "name": " ".join(terms.name.split()),
            "slug": terms.slug.strip() or slug_from(terms.name),
            "description": terms.description.replace("\r\n", "\n").strip(),
            "group": " ".join(terms.group.split()),
            "contact_url": terms.contact_url.strip() if terms.pricing == "contact_us" else "",
        }
    )
    wrong = dict([*_wrong_words(tidy), *_wrong_numbers(tidy), *_wrong_prices(tidy)])
    if wrong:
        raise ProductNotValid(NOT_SAVED, fields=wrong)
    return tidy


def slug_from(name: str) -> str:
    """Return the address that a name suggests: ``Små företag`` gives ``sma-foretag``."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:63].strip("-")


def _wrong_words(terms: ProductTerms) -> Wrong:
    if not terms.name:
        yield "name", N_("Give the product a name.")
    if not SLUG.fullmatch(terms.slug):
        yield "slug", N_("An address is of a-z, 0-9 and inner hyphens, at most 63 of them.")
    for field, most in LENGTHS.items():
        if len(getattr(terms, field)) > most:
            yield field, Filled(N_("At most %(most)s characters."), most=most)
    if terms.contact_url and not WEB.fullmatch(terms.contact_url):
        yield "contact_url", N_("Write an address that begins with https://, http:// or mailto:.")


def _wrong_numbers(terms: ProductTerms) -> Wrong:
    for field, most in MOST.items():
        number, least = getattr(terms, field), 1 if field == "cycles" else 0
        if number is not None and not least <= number <= most:
            yield field, _between(least, most)
    for name in LIMITS:
        limit = getattr(terms.limits, name)
        if limit is not None and not 0 <= limit <= MOST_LIMIT:
            yield f"limits.{name}", _between(0, MOST_LIMIT)


def _wrong_prices(terms: ProductTerms) -> Wrong:
    if terms.pricing == "paid" and not terms.prices:
        yield "prices", N_("A product that is paid for needs a price.")
    if terms.pricing != "paid" and terms.prices:
        yield "prices", N_("Only a product that is paid for has prices. Take them away, or make it paid.")
    if len(terms.prices) > MOST_PRICES:
        yield "prices", Filled(N_("At most %(most)s prices."), most=MOST_PRICES)
    sold = [(price.currency, _length(price.period)) for price in terms.prices]
    for place, price in enumerate(terms.prices):
        yield from ((f"prices.{place}.{part}", words) for part, words in _wrong_price(price))
        if sold[place] in sold[:place]:
            yield f"prices.{place}.period", N_("There is a price in this currency and period already.")


def _wrong_price(price: ProductPrice) -> Wrong:
    if not is_currency(price.currency):
        yield "currency", N_("There is no such currency. Write its three letters, like SEK.")
    if not 0 <= price.amount <= MOST_MONEY:
        yield "amount", N_("Write an amount that is not below zero.")
    elif price.amount == price.setup_fee == 0:
        yield "amount", N_("A price of nothing is none. Make the product free instead.")
    if not 0 <= price.setup_fee <= MOST_MONEY:
        yield "setup_fee", N_("Write an amount that is not below zero.")
    if price.period and not 1 <= price.period.length <= MOST_PERIOD:
        yield "period", _between(1, MOST_PERIOD)


def _length(period: Period | None) -> tuple[str, int] | None:
    """Return how long a period is in the units that are never the same length: 12 months are a year."""
    if period is None:
        return None
    days = {"day": 1, "week": 7}.get(period.unit)
    months = {"month": 1, "year": 12}.get(period.unit, 0)
    return ("days", period.length * days) if days else ("months", period.length * months)


def _between(least: int, most: int) -> Filled:
    return Filled(N_("Write a whole number from %(least)s to %(most)s."), least=least, most=most)
