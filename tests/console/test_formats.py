"""Dates, numbers and money as the reader writes them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from babel import Locale
from flask import Flask

from gateway.formats import Formats
from gateway.words import install_words
from kernel.contracts.money import Money

NOW = datetime(2025, 11, 22, 13, 5, tzinfo=UTC)
ENGLISH = Formats(Locale("en"), ZoneInfo("Europe/Stockholm"))
SWEDISH = Formats(Locale("sv"), ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(
    ("amount", "currency", "english", "swedish"),
    [
        (125050, "SEK", "SEK 1,250.50", "1 250,50 kr"),
        (500, "JPY", "¥500", "500 JPY"),
        (1234, "KWD", "KWD 1.234", "1,234 KWD"),
        (-1999, "EUR", "-€19.99", "-19,99 €"),
        (2**62, "EUR", "€46,116,860,184,273,879.04", "46 116 860 184 273 879,04 €"),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount: int, currency: str, english: str, swedish: str):
    money = Money(amount=amount, currency=currency)

    assert ENGLISH.money(money).replace("\u00a0", " ") == english
    assert SWEDISH.money(money).replace("\u00a0", " ") == swedish


def test_times_are_those_of_the_network():
    assert ENGLISH.when(NOW).replace("\u202f", " ") == "Nov 22, 2025, 2:05 PM"
    assert SWEDISH.when(NOW) == "22 nov. 2025 14:05"
    assert SWEDISH.day(datetime(2025, 11, 22, 23, 30, tzinfo=UTC)) == "23 nov. 2025"


@pytest.mark.parametrize(
    ("before", "english", "swedish"),
    [
        (timedelta(seconds=59), "just now", "nyss"),
        (timedelta(minutes=1), "1 minute ago", "för 1 minut sedan"),
        (timedelta(hours=3), "3 hours ago", "för 3 timmar sedan"),
        (timedelta(days=8), "1 week ago", "för 1 vecka sedan"),
        (timedelta(days=-3), "in 3 days", "om 3 dagar"),
        (timedelta(days=800), "2 years ago", "för 2 år sedan"),
    ],
)
def test_how_long_ago_is_said_in_words(before: timedelta, english: str, swedish: str):
    app = Flask("gateway", root_path="gateway")
    install_words(app)

    with time_machine.travel(NOW, tick=False):
        with app.test_request_context(headers={"Accept-Language": "en"}):
            assert ENGLISH.ago(NOW - before) == english
        with app.test_request_context(headers={"Accept-Language": "sv"}):
            assert SWEDISH.ago(NOW - before) == swedish


def test_a_country_has_a_name_and_an_unknown_code_stays():
    assert (SWEDISH.country("DE"), SWEDISH.country("??")) == ("Tyskland", "??")
