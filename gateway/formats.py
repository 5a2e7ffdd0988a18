"""Dates, numbers and money in the reader's language and the network's time zone, as template filters."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask import Flask, g
from flask_babel import get_locale, get_timezone

from gateway.hosts import current_host
from gateway.translation import gettext
from kernel import clock, phones, postal
from kernel.contracts.money import Money

# A code stands apart from its number, "SEK 5" (UTS 35, alphaNextToNumber); Babel does not do that yet.
GLUED = re.compile(r"(?<=[A-Z])(?=\d)")
SECONDS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600), ("minute", 60))


@dataclass(frozen=True)
class Formats:
    """How one locale in one time zone writes things; made once per pair, never per value."""

    locale: Locale
    zone: tzinfo

    def day(self, at: datetime) -> str:
        """``22 nov. 2025``."""
        return _day(at.astimezone(self.zone).date(), self.locale)

    def clock(self, at: datetime) -> str:
        """``14:05``."""
        local = at.astimezone(self.zone)
        return _clock(local.hour, local.minute, self.locale)

    def when(self, at: datetime) -> str:
        """``22 nov. 2025 14:05``."""
        pattern = str(self.locale.datetime_formats["medium"])
        return pattern.replace("{1}", self.day(at)).replace("{0}", self.clock(at)).replace("'", "")

    def ago(self, at: datetime) -> str:
        """``3 hours ago``, or ``in 3 hours`` of a time to come; ``just now`` within a minute."""
        seconds = round((at - clock.now()).total_seconds())
        for unit, size in SECONDS:
            if abs(seconds) >= size:
                return _ago(unit, abs(seconds) // size * (1 if seconds > 0 else -1), self.locale)
        return gettext("just now")

    def money(self, money: Money) -> str:
        """``1 250,00 kr``; as many decimals as the currency has."""
        return _money(money.amount, money.currency, self.locale)

    def number(self, number: int) -> str:
        """``100 000``."""
        return _number(number, self.locale)

    def decimal(self, number: float) -> str:
        """``1 234,5``: with every decimal that the number has."""
        return format_decimal(Decimal(repr(number)), locale=self.locale, decimal_quantization=False)

    def date(self, day: date) -> str:
        """``22 nov. 2025``, of a day that is the same in every time zone."""
        return _day(day, self.locale)

    def country(self, code: str) -> str:
        """Return the name of a country, or the code when the locale does not know it."""
        name: str = self.locale.territories.get(code, code)
        return name


# Formatting a value with Babel costs about 40 microseconds; a list of customers holds a hundred of them.
@lru_cache(maxsize=4096)
def _day(day: date, locale: Locale) -> str:
    return format_date(day, "medium", locale)


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, locale: Locale) -> str:
    return format_time(datetime(2000, 1, 1, hour, minute), "short", locale=locale)  # noqa: DTZ001 - a wall clock


@lru_cache(maxsize=1024)
def _ago(unit: str, count: int, locale: Locale) -> str:
    return format_timedelta(
        count * dict(SECONDS)[unit], granularity="minute", threshold=1, add_direction=True, locale=locale
    )


@lru_cache(maxsize=16384)
def _money(amount: int, currency: str, locale: Locale) -> str:
    whole = Decimal(amount).scaleb(-get_currency_precision(currency))
    return GLUED.sub("\u00a0", format_currency(whole, currency, locale=locale))


@lru_cache(maxsize=4096)
def _number(number: int, locale: Locale) -> str:
    return format_decimal(number, locale=locale)


@lru_cache(maxsize=64)
def formats_of(locale: Locale, zone: tzinfo) -> Formats:
    """Return the one ``Formats`` of a locale and a time zone."""
    return Formats(locale, zone)


def formats() -> Formats:
    """Return how the reader of this request is written to."""
    if "formats" not in g:
        g.formats = formats_of(get_locale() or Locale("en"), get_timezone())
    current: Formats = g.formats
    return current


def own_first(amounts: Iterable[Money]) -> list[Money]:
    """Return sums with the network's own currency first, the others by their codes."""
    own = current_host().network.currency
    return sorted(amounts, key=lambda money: (money.currency != own, money.currency))


def install_filters(app: Flask) -> None:
    """Give templates every way of writing as a filter: ``{{ payment.total|money }}``."""
    app.jinja_env.filters.update(
        money=lambda money: formats().money(money),
        day=lambda at: formats().day(at),
        when=lambda at: formats().when(at),
        ago=lambda at: formats().ago(at),
        clock=lambda at: formats().clock(at),
        own_first=own_first,
        number=lambda number: formats().number(number),
        country=lambda code: formats().country(code),
        phone=phones.shown,
        state_of=postal.state_name,
    )
