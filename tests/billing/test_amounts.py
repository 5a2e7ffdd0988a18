"""Amounts: the parts always sum exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.contracts.money import Money
from services.billing.amounts import in_words, share, spread
from services.billing.payments.lines import Item, LinesDoNotAddUp, priced_lines

amounts = st.integers(min_value=0, max_value=10**12)
items = st.builds(
    Item,
    description=st.just("Bas"),
    unit=amounts,
    quantity=st.integers(min_value=1, max_value=99),
    tax_percent=st.sampled_from([Decimal(0), Decimal(6), Decimal(12), Decimal("25")]),
)


@given(st.lists(amounts, min_size=1, max_size=20), st.integers(min_value=0, max_value=10**6))
def test_a_spread_sums_to_the_amount_and_takes_no_more_than_is_there(weights: list[int], part: int) -> None:
    whole = sum(weights)
    amount = whole * part // 10**6

    parts = spread(amount, weights)

    assert sum(parts) == amount
    assert all(0 <= one <= weight for one, weight in zip(parts, weights, strict=True))


@given(st.lists(items, min_size=1, max_size=8), st.integers(min_value=0, max_value=10**6))
def test_every_line_sums_and_no_discount_is_lost(given_items: list[Item], part: int) -> None:
    discount = sum(item.net for item in given_items) * part // 10**6

    lines = priced_lines(given_items, currency="SEK", discount=discount)

    assert all(line.total == line.quantity * line.unit - line.discount + line.tax for line in lines)
    assert sum(line.discount for line in lines) == discount
    assert min(line.total for line in lines) >= 0


@pytest.mark.parametrize(
    ("amount", "percent", "expected"),
    [(1990, "25", 498), (2, "25", 1), (1, "25", 0), (10, "6", 1), (100, "12.5", 13)],
)
def test_half_a_minor_unit_is_rounded_up_as_on_a_receipt(amount: int, percent: str, expected: int) -> None:
    assert share(amount, Decimal(percent)) == expected


@pytest.mark.parametrize(
    ("given_items", "discount"),
    [
        ([], 0),
        ([Item("Bas", -1)], 0),
        ([Item("Bas", 100, quantity=0)], 0),
        ([Item("Bas", 100, discount=101)], 0),
        ([Item("Bas", 100)], 101),
        ([Item("Bas", 100)], -1),
    ],
)
def test_lines_that_do_not_add_up_are_refused(given_items: list[Item], discount: int) -> None:
    with pytest.raises(LinesDoNotAddUp):
        priced_lines(given_items, currency="SEK", discount=discount)


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(amount=12050, currency="SEK"), "120.50 SEK"),
        (Money(amount=500, currency="JPY"), "500 JPY"),
        (Money(amount=5, currency="KWD"), "0.005 KWD"),
    ],
)
def test_an_amount_is_said_in_its_own_decimals(money: Money, words: str) -> None:
    assert in_words(money) == words
