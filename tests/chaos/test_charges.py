"""Cards are charged through the real API, worker and provider, and whoever does it is killed all the time.

Answers are lost, Redis is flushed and PostgreSQL torn down. In the end the provider's own list, the charges
and the ledger agree to the unit: nobody has paid twice, and nobody's money is missing.
"""

import os
from pathlib import Path

import pytest

from kernel.config import Settings
from tests.chaos import charge_cast
from tests.chaos.charge_cast import POINTS
from tests.chaos.charge_till import ChargeTill
from tests.chaos.fleet import Fleet, Size, weather
from tests.chaos.till import open_till

LOST = 0.02  # of the answers

SHORT = Size(orders=50, each_point=1, at_random=5, points=tuple(POINTS))
FEW = Size(orders=15, each_point=2, at_random=2, points=("after the post", "before it is booked"))
WHOLE = Size(
    orders=int(os.environ.get("ATOLL_CHAOS_CHARGES", "1000")),
    each_point=int(os.environ.get("ATOLL_CHAOS_POINTS", "10")),
    at_random=int(os.environ.get("ATOLL_CHAOS_RANDOM", "100")),
    points=tuple(POINTS),
)


def books_after(settings: Settings, folder: Path, size: Size, *, broken: bool = False) -> list[str]:
    """Go through a storm that loses answers; return where the books do not agree in the end."""
    with open_till(settings, folder) as till:
        till.sandbox.fault("drop", endpoint="payment_intents", probability=LOST)
        fleet = Fleet(charge_cast, till.settings, size, folder / "log", broken=broken)
        return weather(ChargeTill(till), fleet, size)


@pytest.mark.parametrize(
    "size", [SHORT, pytest.param(WHOLE, marks=pytest.mark.chaos)], ids=["short", "whole"]
)
@pytest.mark.timeout(1800)
def test_whoever_dies_a_card_is_charged_once_and_the_books_agree(
    settings: Settings, tmp_path: Path, size: Size
) -> None:
    assert books_after(settings, tmp_path, size) == []


@pytest.mark.timeout(600)
def test_the_test_above_notices_a_new_key_for_each_attempt(settings: Settings, tmp_path: Path) -> None:
    differences = books_after(settings, tmp_path, FEW, broken=True)

    assert any("came at the provider and is not here" in difference for difference in differences)
