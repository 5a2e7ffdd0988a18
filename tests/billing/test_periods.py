"""Periods on the calendar of a place: no drift, whatever the months and the clocks do."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from kernel.contracts.billing import Period
from services.billing.memberships.periods import end_of, last_before, next_after, nth

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # half an hour of summer time
APIA = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
PLACES = (ZoneInfo("UTC"), STOCKHOLM, LORD_HOWE, APIA, ZoneInfo("America/New_York"))
MONTH, DAY = Period(length=1, unit="month"), Period(length=1, unit="day")


def at(text: str, zone: ZoneInfo = STOCKHOLM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def seen(instant: datetime, zone: ZoneInfo = STOCKHOLM) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def test_the_31st_comes_back_after_every_shorter_month() -> None:
    anchor = at("2027-01-31 12:00")

    assert [seen(nth(anchor, number, MONTH, STOCKHOLM)) for number in range(6)] == [
        "2027-01-31 12:00", "2027-02-28 12:00", "2027-03-31 12:00",
        "2027-04-30 12:00", "2027-05-31 12:00", "2027-06-30 12:00",
    ]  # fmt: skip


def test_a_leap_day_comes_back_every_fourth_year() -> None:
    anchor = at("2028-02-29 09:00")
    year = Period(length=1, unit="year")

    assert [seen(nth(anchor, number, year, STOCKHOLM)) for number in range(5)] == [
        "2028-02-29 09:00", "2029-02-28 09:00", "2030-02-28 09:00", "2031-02-28 09:00", "2032-02-29 09:00",
    ]  # fmt: skip


def test_the_time_of_day_stays_when_the_clocks_change() -> None:
    anchor = at("2026-03-01 12:00")

    later = nth(anchor, 1, MONTH, STOCKHOLM)

    assert seen(later) == "2026-04-01 12:00"
    assert later - anchor == timedelta(days=31) - timedelta(hours=1)


def test_a_time_that_the_clocks_skip_is_later_on_that_day_alone() -> None:
    anchor = at("2026-03-28 02:30")

    assert [seen(nth(anchor, number, DAY, STOCKHOLM)) for number in range(3)] == [
        "2026-03-28 02:30", "2026-03-29 03:30", "2026-03-30 02:30",
    ]  # fmt: skip


def test_of_a_time_that_comes_twice_it_is_the_first() -> None:
    twice = nth(at("2026-10-24 02:30"), 1, DAY, STOCKHOLM)

    assert seen(twice) == "2026-10-25 02:30"
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_who_began_in_the_second_of_the_two_stays_where_he_began() -> None:
    anchor = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    assert nth(anchor, 0, DAY, STOCKHOLM) == anchor
    assert seen(nth(anchor, 1, DAY, STOCKHOLM)) == "2026-10-26 02:30"


@pytest.mark.parametrize(
    ("period", "end"),
    [
        (MONTH, datetime(2026, 2, 28, 12, tzinfo=UTC)),
        (Period(length=13, unit="month"), datetime(2027, 2, 28, 12, tzinfo=UTC)),
        (Period(length=2, unit="year"), datetime(2028, 1, 31, 12, tzinfo=UTC)),
        (Period(length=2, unit="week"), datetime(2026, 2, 14, 12, tzinfo=UTC)),
        (DAY, datetime(2026, 2, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_period_ends_on_the_same_day_or_the_last_of_its_month(period: Period, end: datetime) -> None:
    assert end_of(period, datetime(2026, 1, 31, 12, tzinfo=UTC)) == end


def test_beginnings_never_go_back_and_are_found_from_any_instant() -> None:
    dice = Random(7)
    for _ in range(2_000):
        zone = dice.choice(PLACES)
        anchor = datetime(2008, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(20 * 365 * 86_400))
        period = Period(length=dice.randint(1, 14), unit=dice.choice(["day", "week", "month", "year"]))
        number = dice.randint(-3, 60)

        before, begins, after = (nth(anchor, number + step, period, zone) for step in (-1, 0, 1))

        assert before < begins < after
        assert next_after(anchor, begins, period, zone) == after
        assert next_after(anchor, begins - timedelta(microseconds=1), period, zone) == begins
        assert last_before(anchor, begins, period, zone) == before
        assert last_before(anchor, begins + timedelta(microseconds=1), period, zone) == begins
