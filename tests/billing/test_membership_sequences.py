"""Whatever is done to a membership, in whatever order: the database never refuses, and the sums are right."""

from random import Random

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.access import ROLES
from kernel.contracts.events import MembershipStatusChanged
from kernel.database import Database
from kernel.ids import new_id
from services.billing.memberships.transitions import BY_PAIR
from services.billing.models import Membership, MembershipPeriod, Payment
from services.billing.models.payments import OPEN
from tests.billing.commands import Story
from tests.billing.days import Days

LENGTH = 14
TOGETHER = 8
USUAL, ALL = 8, 625
"""Groups of sequences: the first with every run of the tests, all 5,000 sequences with ``make chaos``."""

GROUPS = [*range(USUAL), *(pytest.param(group, marks=pytest.mark.chaos) for group in range(USUAL, ALL))]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("group", GROUPS)
def test_any_sequence_of_commands_keeps_times_apart_and_the_sums_right(billing: Database, group: int) -> None:
    for seed in range(group * TOGETHER, (group + 1) * TOGETHER):
        story = Story(Days(billing, Identity(new_id(), "command", ROLES["owner"])), Random(seed))
        try:
            story.begin()
            for _ in range(LENGTH):
                story.go_on()
                require_balance(story)
            require_table(story)
        except Exception as fault:
            fault.add_note(f"Sequence {seed}:\n" + "\n".join(story.said))
            raise


def require_balance(story: Story) -> None:
    """What was asked for, less what is credit, is the price of the time that was given.

    What was refunded is not credited, so it may be missing of the time that was taken back, and no more.
    """
    with story.days.billing.unit_of_work(story.days.owner) as uow:
        periods = uow.session.scalars(
            select(MembershipPeriod).where(MembershipPeriod.granted_at.is_not(None))
        ).all()
        memberships = uow.session.scalars(select(Membership)).all()
        payments = uow.session.scalars(select(Payment)).all()
        given_for = {period.payment_id for period in periods}
        waiting = [
            one
            for one in payments
            if one.status in OPEN and one.id not in given_for and one.kind in {"first", "renewal"}
        ]
        asked = sum(
            one.total
            for one in payments
            if one.status != "cancelled" and one not in waiting and one.id not in story.too_late
        )
        credit = sum(one.credit for one in memberships) + sum(one.credit for one in waiting)
        delivered = sum(period.amount for period in periods)
    missing = asked - credit - story.released - delivered
    assert 0 <= missing <= story.refunded, (asked, credit, story.released, delivered, story.refunded)


def require_table(story: Story) -> None:
    """Every change of a status that was told of is a row of the table."""
    told = story.days.told(MembershipStatusChanged)
    assert [one for one in told if (one.before, one.after) not in BY_PAIR] == []
