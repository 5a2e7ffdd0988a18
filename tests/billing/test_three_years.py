"""Three simulated years of 200 memberships whose months begin on the 28th to the 31st, in six time zones."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, takewhile
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.access import ROLES
from kernel.contracts.billing import Period
from kernel.database import Database
from kernel.ids import new_id
from services.billing.models import Invoice, Membership, MembershipPeriod, Payment
from services.billing.networks import note_network
from services.billing.periods import nth
from tests.billing.days import PRICE, Days

# Whole and half hours from UTC, north and south, and a place that skips its clocks at midnight.
ZONES = (
    "Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Santiago", "UTC",
)  # fmt: skip
MONTH, QUARTER = Period(length=1, unit="month"), Period(length=3, unit="month")
PERIODS = (*4 * (MONTH,), *4 * (QUARTER,))
"""In each zone a month and a quarter from each of the four days; all the others are billed by the year."""

YEAR = Period(length=1, unit="year")
MEMBERS = 200
YEARS = 3


@pytest.mark.timeout(300)
@pytest.mark.parametrize("zone", ZONES)
def test_three_years_of_month_ends_give_the_expected_invoices(billing: Database, zone: str) -> None:
    place = Place(billing, zone)
    for number in range(ZONES.index(zone), MEMBERS, len(ZONES)):
        place.join(number // len(ZONES))

    place.live()

    assert place.had() == place.expected()
    assert place.invoices() == len(place.expected())


class Place:
    """A network in a time zone, whose customers pay what they are asked for at once."""

    def __init__(self, billing: Database, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.days = Days(billing, Identity(new_id(), "command", ROLES["owner"]))
        self.days.found()
        with billing.unit_of_work(self.days.owner) as uow:
            note_network(uow, name=zone, currency="SEK", locale="en", time_zone=zone)
        self.members: dict[UUID, tuple[datetime, Period]] = {}

    def join(self, number: int) -> None:
        """Begin a membership on one of the last days of a month, at any time of the day."""
        month, hour = (1, 3, 10)[number % 3], number % 24
        local = datetime(2026, month, 28 + number % 4, hour, 30, tzinfo=self.zone)
        period = PERIODS[number] if number < len(PERIODS) else YEAR
        self.days.now = local.astimezone(ZoneInfo("UTC"))
        self.members[self.days.start(new_id(), period=period)] = self.days.now, period

    def live(self) -> None:
        """Let three years go by; whoever is asked pays at once."""
        self.days.now = min(began for began, _period in self.members.values())
        self.days.pays = True
        self.days.go_to(self.days.now + timedelta(days=365 * YEARS))

    def expected(self) -> list[tuple[UUID, datetime, datetime, int]]:
        """Count each period from the anchor, by the calendar alone."""
        asked = self.days.now + timedelta(days=3)
        return sorted(
            (member, starts_at, nth(began, number + 1, period, self.zone), PRICE)
            for member, (began, period) in self.members.items()
            for number, starts_at in self._starts(began, period, asked)
        )

    def _starts(self, began: datetime, period: Period, until: datetime) -> Iterator[tuple[int, datetime]]:
        every = ((number, nth(began, number, period, self.zone)) for number in count(1))
        return takewhile(lambda one: one[1] <= until, every)

    def had(self) -> list[tuple[UUID, datetime, datetime | None, int]]:
        """Return what was billed and paid: whose, for which time, and how much."""
        with self.days.billing.unit_of_work(self.days.owner) as uow:
            rows = uow.session.execute(
                select(
                    MembershipPeriod.membership_id,
                    MembershipPeriod.starts_at,
                    MembershipPeriod.ends_at,
                    Payment.captured,
                )
                .join(Payment, Payment.id == MembershipPeriod.payment_id)
                .join(Membership, Membership.id == MembershipPeriod.membership_id)
                .where(MembershipPeriod.granted_at.is_not(None))
            )
            return sorted((row[0], row[1], row[2], row[3]) for row in rows)

    def invoices(self) -> int:
        with self.days.billing.unit_of_work(self.days.owner) as uow:
            return len(uow.session.scalars(select(Invoice.id)).all())
