"""Days as people choose them: when they begin and are over, at the ends of the calendar too."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kernel.days import span
from kernel.short_numbers import MOST, number_in

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_days_begin_and_end_where_the_network_is():
    begins, ends = span(date(2026, 3, 1), date(2026, 3, 2), STOCKHOLM)

    assert begins == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert ends == datetime(2026, 3, 2, 23, tzinfo=UTC)


def test_no_day_is_no_bound():
    assert span(None, None, STOCKHOLM) == (None, None)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Stockholm", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_ends_of_the_calendar_are_days_like_others(zone: str):
    begins, ends = span(date.min, date.max, ZoneInfo(zone))

    assert begins is None or begins.year == 1
    assert ends is None


@pytest.mark.parametrize(
    ("words", "number"), [("42", 42), (" #42 ", 42), ("#042", 42), ("0", 0), (str(MOST), MOST)]
)
def test_a_number_is_read_as_people_type_it(words: str, number: int):
    assert number_in(words) == number


@pytest.mark.parametrize(
    "words", ["", "#", "##4", "4 2", "٤", "²", "-4", "4.0", "asa", str(MOST + 1), "9" * 5000]
)
def test_what_is_no_number_is_none(words: str):
    assert number_in(words) is None
