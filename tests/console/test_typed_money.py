"""Amounts as people type them: read alike in every form, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.typed_money import read_amount


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("120.50", 12050),
        ("120,50", 12050),
        ("120,5", 12050),
        ("120", 12000),
        (" 1 234,50 ", 123450),
        ("1\N{NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567,5", 123456750),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1,234,567.8", 123456780),
        ("-5", -500),
        ("\N{MINUS SIGN}5", -500),
        ("0", 0),
        ("007", 700),
        ("9" * 15, int("9" * 15) * 100),
    ],
)
def test_an_amount_is_read_however_it_is_typed(typed: str, minor: int):
    assert read_amount(typed, "SEK") == minor


@pytest.mark.parametrize(
    "typed",
    ["", " ", "-", ".", ",50", "5,", "1,000", "1.000", "1.005", "1,5,", "1,23.50", "1.234.50", "1,234,50",
     "12,34,567.5", "1e3", "1e999999999", "NaN", "Infinity", "٣", "½", "+5", "--5",
     "5 kr", "$5", "0x10", "1_000", "9" * 16],
)  # fmt: skip
def test_what_is_no_amount_or_might_be_two_is_none(typed: str):
    assert read_amount(typed, "SEK") is None


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1000", "JPY", 1000),
        ("1000.0", "JPY", None),
        ("1,000", "JPY", None),
        ("1.005", "KWD", 1005),
        ("1,00505", "KWD", None),
    ],
)
def test_a_currency_has_the_decimals_that_it_has(typed: str, currency: str, minor: int | None):
    assert read_amount(typed, currency) == minor


@given(st.text(alphabet="0123456789.,- −e", max_size=40))
def test_whatever_is_typed_raises_nothing(typed: str):
    amount = read_amount(typed, "SEK")

    assert amount is None or abs(amount) < 10**17
