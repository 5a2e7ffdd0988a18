"""What paying does at each step of a membership's time: it goes on, comes back, and is billed once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.contracts.billing import Period
from kernel.contracts.memberships import ChangeOrder, ProductQuantity
from kernel.database import Database
from kernel.ids import new_id
from services.billing.memberships.bills import ask_first
from services.billing.memberships.changes import change_products
from services.billing.models import Membership
from services.billing.payments.lifecycle import complete_payment
from tests.billing.days import PRICE, START, Days, at

ENDS = datetime(2026, 2, 28, 9, tzinfo=UTC)
MARCH = datetime(2026, 3, 31, 9, tzinfo=UTC)
DAY = Period(length=1, unit="day")


@pytest.fixture
def days(billing: Database, owner: Identity) -> Days:
    made = Days(billing, owner)
    made.found()
    return made


@pytest.fixture
def his(days: Days) -> UUID:
    return days.start(new_id())


def pay(days: Days, payment_id: UUID) -> None:
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        complete_payment(uow, payment_id)
    days.work()


def test_paid_in_time_it_goes_on_and_the_next_period_is_asked_for_in_its_turn(days: Days, his: UUID) -> None:
    days.go_to(ENDS - timedelta(days=2))
    pay(days, days.payments(his)[0].id)

    days.go_to(MARCH - timedelta(days=3))

    member = days.membership(his)
    assert (member.status, member.expires_at) == ("active", MARCH)
    assert [payment.due_at for payment in days.payments(his)] == [ENDS, MARCH]


def test_paid_on_hold_it_comes_back_with_the_time_that_was_billed(days: Days, his: UUID) -> None:
    days.go_to(ENDS + timedelta(days=2))
    assert days.membership(his).status == "on_hold"

    pay(days, days.payments(his)[0].id)

    member = days.membership(his)
    assert (member.status, member.expires_at, member.held_at) == ("active", MARCH, None)


def test_paid_after_its_expiry_it_comes_back_from_that_day_on(days: Days, his: UUID) -> None:
    days.go_to(ENDS + timedelta(days=10))
    assert days.membership(his).status == "expired"

    pay(days, days.payments(his)[0].id)

    member = days.membership(his)
    assert (member.status, member.expires_at) == ("active", datetime(2026, 4, 10, 9, tzinfo=UTC))


def test_three_days_away_bill_each_day_that_ran_meanwhile(days: Days) -> None:
    daily = days.start(new_id(), period=DAY)
    days.pays = True
    days.go_to(START + timedelta(hours=1))

    days.jump_to(START + timedelta(days=3, hours=1))

    assert [payment.due_at for payment in days.payments(daily)] == [
        START + timedelta(days=number) for number in (1, 2, 3, 4)
    ]
    assert days.membership(daily).expires_at == START + timedelta(days=5)


def test_credit_pays_first_and_nothing_is_asked_for_when_it_is_enough(days: Days, his: UUID) -> None:
    days.change(his, credit=PRICE + 5000)

    days.go_to(MARCH - timedelta(days=3))

    first, second = days.payments(his)
    assert (first.status, first.total, first.credit) == ("completed", 0, PRICE)
    assert (second.status, second.total, second.credit) == ("pending", PRICE - 5000, 5000)
    assert days.membership(his).expires_at == MARCH


def test_a_change_at_the_end_is_made_before_the_time_after_it_is_billed(days: Days, his: UUID) -> None:
    days.go_to(START)
    order = ChangeOrder(
        products=(ProductQuantity(product_id=days.product_id),), amount=500, when="period_end"
    )
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        change_products(uow, his, order)

    days.go_to(ENDS)

    [payment] = days.payments(his)
    assert (payment.total, payment.created_at) == (500, ENDS)


def test_a_first_payment_that_nobody_makes_is_given_up_with_its_membership(days: Days) -> None:
    his = days.start(new_id(), is_active=False)
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        ask_first(uow, uow.get(Membership, his))

    days.go_to(START + timedelta(days=30) - timedelta(seconds=1))
    assert days.membership(his).status == "pending"
    days.go_to(START + timedelta(days=30))

    member = days.membership(his)
    assert (member.status, member.cancel_cause) == ("cancelled", "not_paid")
    assert [payment.status for payment in days.payments(his)] == ["cancelled"]


def test_who_waits_for_a_verification_keeps_his_first_payment(days: Days) -> None:
    his = days.start(new_id(), is_active=False)
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        ask_first(uow, uow.get(Membership, his))
    days.change(his, waits_to_be="active")

    days.go_to(START + timedelta(days=60))

    assert days.membership(his).status == "pending"
    assert [payment.status for payment in days.payments(his)] == ["pending"]


def test_a_trial_that_is_paid_early_goes_on_where_it_ends(days: Days) -> None:
    trial = days.start(new_id(), trial_days=14)
    days.go_to(START + timedelta(days=12))

    pay(days, days.payments(trial)[0].id)
    days.go_to(START + timedelta(days=15))

    member = days.membership(trial)
    assert (member.status, len(days.payments(trial))) == ("active", 1)
    assert member.expires_at == datetime(2026, 3, 14, 9, tzinfo=UTC)
