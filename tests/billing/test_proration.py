"""The price of a period, divided between used and unused time: no minor unit is lost or made."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from services.billing.memberships.proration import portion, split

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
END = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "parts"),
    [
        (BEGIN, (0, 19900)),
        (BEGIN + timedelta(days=15), (9950, 9950)),
        (BEGIN + timedelta(days=10), (6633, 13267)),
        (END, (19900, 0)),
        (END + timedelta(days=1), (19900, 0)),
        (BEGIN - timedelta(days=1), (0, 19900)),
    ],
)
def test_a_price_is_divided_by_time(at: datetime, parts: tuple[int, int]) -> None:
    assert split(19900, BEGIN, at, END) == parts


def test_what_never_ends_is_never_used_up() -> None:
    assert split(99900, BEGIN, END, None) == (0, 99900)


def test_the_parts_always_sum_to_the_whole() -> None:
    dice = Random(3)
    for _ in range(5_000):
        amount = dice.choice([0, 1, 2, 3, 19900, dice.randrange(10**9)])
        length = dice.randrange(1, 10**14)
        ends_at = BEGIN + timedelta(microseconds=length)
        at = BEGIN + timedelta(microseconds=dice.randrange(length + 1))

        used, left = split(amount, BEGIN, at, ends_at)

        assert used + left == amount
        assert min(used, left) >= 0


def test_a_part_of_a_period_costs_its_part_half_a_unit_rounded_up() -> None:
    assert portion(19900, timedelta(days=15), timedelta(days=30)) == 9950
    assert portion(1, timedelta(days=15), timedelta(days=30)) == 1
    assert portion(1, timedelta(days=14), timedelta(days=30)) == 0
    assert portion(100, timedelta(days=60), timedelta(days=30)) == 200
