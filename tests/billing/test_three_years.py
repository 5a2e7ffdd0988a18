"""Three simulated years of 200 memberships whose months begin on the 28th to the 31st, in six time zones."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise, takewhile
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
from tests.billing.days import PRICE, Days

# Whole and half hours from UTC, north and south, and a place that skips its clocks at midnight.
ZONES = (
    "Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Santiago", "UTC",
)  # fmt: skip
MONTH, QUARTER = Period(length=1, unit="month"), Period(length=3, unit="month")
YEAR = Period(length=1, unit="year")
PERIODS = (MONTH, MONTH, QUARTER, QUARTER)
"""What the first of each zone pay by, over all zones from each of the four days; all others by the year."""

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
        day = 28 + (number + 2 * ZONES.index(self.zone.key)) % 4
        local = datetime(2026, month, day, hour, 30, tzinfo=self.zone)
        period = PERIODS[number] if number < len(PERIODS) else YEAR
        self.days.now = local.astimezone(UTC)
        self.members[self.days.start(new_id(), period=period)] = self.days.now, period

    def live(self) -> None:
        """Let three years go by; whoever is asked pays at once."""
        self.days.now = min(began for began, _period in self.members.values())
        self.days.pays = True
        self.days.go_to(self.days.now + timedelta(days=365 * YEARS))

    def expected(self) -> list[tuple[UUID, datetime, datetime, int]]:
        """Count each period from the anchor, by the calendar on the wall alone."""
        asked = self.days.now + timedelta(days=3)
        ends = {member: self._ends(*agreed) for member, agreed in self.members.items()}
        return sorted(
            (member, starts_at, ends_at, PRICE)
            for member, ends_of in ends.items()
            for starts_at, ends_at in takewhile(lambda one: one[0] <= asked, pairwise(ends_of))
        )

    def _ends(self, began: datetime, period: Period) -> Iterator[datetime]:
        """Yield the ends of a member's periods: the day he began on, or the last one of a shorter month."""
        first = began.astimezone(self.zone)
        months = period.length * {"month": 1, "year": 12}[period.unit]
        for number in count(1):
            years, month = divmod(first.month - 1 + number * months, 12)
            last = monthrange(first.year + years, month + 1)[1]
            local = first.replace(year=first.year + years, month=month + 1, day=min(first.day, last), fold=0)
            yield local.astimezone(UTC)

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
