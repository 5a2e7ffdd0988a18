"""The agenda of memberships: what is due is done, once, however often it is looked at."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kernel.auth import Identity
from kernel.contracts.billing import Period
from kernel.contracts.events import MembershipExpired, MembershipHeld, RenewalAsked
from kernel.database import Database
from kernel.ids import new_id
from kernel.work import Claim, LeaseLost, claim, perform
from services.billing.models import MembershipAgenda, MembershipPeriod
from tests.billing.days import PRICE, START, Days, at
from worker.performers.memberships import go_through
from worker.performers.memberships import membership as performer

ENDS = datetime(2026, 2, 28, 9, tzinfo=UTC)
ASKS = ENDS - timedelta(days=3)


@pytest.fixture
def days(billing: Database, owner: Identity) -> Days:
    made = Days(billing, owner)
    made.found()
    return made


@pytest.fixture
def his(days: Days) -> UUID:
    """A membership that began on 31 January, to be paid by hand each month."""
    return days.start(new_id())


def test_a_renewal_is_asked_for_three_days_before_its_period(days: Days, his: UUID) -> None:
    days.go_to(ASKS - timedelta(seconds=1))
    assert days.payments() == []

    days.go_to(ASKS)

    [payment] = days.payments(his)
    assert (payment.kind, payment.total, payment.status) == ("renewal", PRICE, "pending")
    assert (payment.due_at, payment.created_at) == (ENDS, ASKS)
    assert days.periods(his)[-1] == ("renewal", ENDS, datetime(2026, 3, 31, 9, tzinfo=UTC))


def test_who_is_asked_is_told_once(days: Days, his: UUID) -> None:
    days.go_to(ASKS)

    [told] = days.told(RenewalAsked)
    assert (told.membership_id, told.product, told.due_at) == (his, "Bas", ENDS)
    assert (told.is_trial, told.is_charged) == (False, False)


def test_what_nobody_pays_is_on_hold_at_the_end_and_expires_after_its_grace(days: Days, his: UUID) -> None:
    days.go_to(ENDS - timedelta(seconds=1))
    assert days.membership(his).status == "active"

    days.go_to(ENDS)
    held = days.membership(his)
    days.go_to(ENDS + timedelta(days=3) - timedelta(seconds=1))
    assert days.membership(his).status == "on_hold"
    days.go_to(ENDS + timedelta(days=3))

    assert (held.status, held.held_at) == ("on_hold", ENDS)
    assert days.membership(his).status == "expired"
    [told] = days.told(MembershipHeld)
    assert told.expires_at == ENDS + timedelta(days=3)
    assert [one.cause for one in days.told(MembershipExpired)] == ["unpaid"]


def test_what_an_expired_one_owes_is_asked_for_no_more_after_a_month(days: Days, his: UUID) -> None:
    days.go_to(ENDS + timedelta(days=40))

    assert [payment.status for payment in days.payments(his)] == ["cancelled"]
    assert days.membership(his).status == "expired"
    assert days.agenda(his).state == "done"


def test_a_day_that_is_worked_three_times_adds_nothing(days: Days, his: UUID) -> None:
    days.go_to(ASKS)

    for _time in range(3):
        with at(days.now), days.billing.unit_of_work(days.owner) as uow:
            uow.get(MembershipAgenda, his).due_at = days.now
            uow.get(MembershipAgenda, his).state = "due"
        assert days.work() == 1

    assert len(days.payments(his)) == 1
    assert len(days.told(RenewalAsked)) == 1


def test_three_days_without_a_worker_lose_nothing_and_add_nothing(days: Days) -> None:
    steady, away = days.start(new_id()), days.start(new_id())
    days.go_to(START)
    with_worker = Days(days.billing, days.owner, days.now)

    days.jump_to(ASKS + timedelta(days=3))

    for one in (steady, away):
        assert [(p.kind, p.due_at) for p in with_worker.payments(one)] == [("renewal", ENDS)]
        assert with_worker.periods(one)[-1][1] == ENDS
    assert days.membership(away).status == "active"
    days.go_to(ASKS + timedelta(days=6))
    assert days.membership(away).status == "on_hold"


def test_what_costs_nothing_goes_on_and_catches_up_period_by_period(days: Days) -> None:
    free = days.start(new_id(), amount=0)

    days.jump_to(datetime(2026, 5, 1, tzinfo=UTC))

    assert days.payments() == []
    assert [starts_at.day for _kind, starts_at, _ends_at in days.periods(free)] == [31, 28, 31, 30]
    assert days.membership(free).expires_at == datetime(2026, 5, 31, 9, tzinfo=UTC)
    assert days.membership(free).status == "active"


def test_what_is_paid_once_needs_nothing_ever(days: Days) -> None:
    lifetime = days.start(new_id(), period=None)

    days.go_to(START + timedelta(days=900))

    assert days.payments() == []
    assert (days.membership(lifetime).status, days.agenda(lifetime).state) == ("active", "done")


def test_a_trial_is_billed_ahead_with_its_setting_up_and_is_on_hold_unpaid(days: Days) -> None:
    trial = days.start(new_id(), trial_days=14)
    days.change(trial, setup_fee=5000)

    days.go_to(START + timedelta(days=14))

    [payment] = days.payments(trial)
    assert (payment.kind, payment.total) == ("first", PRICE + 5000)
    assert payment.created_at == START + timedelta(days=11)
    assert days.told(RenewalAsked)[0].is_trial
    assert days.membership(trial).status == "on_hold"


def test_a_free_trial_becomes_a_membership_by_itself(days: Days) -> None:
    trial = days.start(new_id(), trial_days=14, amount=0)

    days.go_to(START + timedelta(days=15))

    member = days.membership(trial)
    assert (member.status, member.expires_at) == ("active", datetime(2026, 3, 14, 9, tzinfo=UTC))


def test_what_is_cancelled_at_its_end_is_neither_billed_nor_held(days: Days, his: UUID) -> None:
    days.change(his, cancels_at=ENDS)

    days.go_to(ENDS)

    assert days.payments() == []
    assert days.membership(his).status == "cancelled"


def test_a_bill_of_before_the_cancellation_is_asked_for_no_more(days: Days, his: UUID) -> None:
    days.go_to(ASKS)
    days.change(his, cancels_at=ENDS)

    days.go_to(ENDS)

    assert [payment.status for payment in days.payments(his)] == ["cancelled"]
    assert days.membership(his).status == "cancelled"


def test_after_the_last_of_its_periods_it_ends_without_a_bill(days: Days, his: UUID) -> None:
    days.change(his, cycles=1, cycles_billed=1)

    days.go_to(ENDS)

    assert days.payments() == []
    assert days.membership(his).status == "expired"
    assert [one.cause for one in days.told(MembershipExpired)] == ["completed"]


def test_a_change_by_anybody_makes_it_due_at_once(days: Days, his: UUID) -> None:
    days.go_to(START)
    later = datetime(2026, 7, 1, tzinfo=UTC)

    days.change(his, expires_at=later)
    days.work()

    assert days.agenda(his).due_at == later - timedelta(days=3)


def test_hand_written_sql_makes_it_due_too(days: Days, his: UUID) -> None:
    days.go_to(START)

    with days.billing.unit_of_work(days.owner) as uow:
        uow.session.execute(text("UPDATE memberships SET auto_renew = false"))

    assert days.agenda(his).due_at <= days.now


def test_what_is_being_worked_on_is_left_to_its_worker(days: Days, his: UUID) -> None:
    days.go_to(START)
    with days.billing.unit_of_work(days.owner) as uow:
        row = uow.get(MembershipAgenda, his)
        row.state, row.lease_until, row.lease_token = "leased", days.now + timedelta(minutes=1), new_id()

    days.change(his, auto_renew=False)

    assert days.agenda(his).state == "leased"


def test_a_week_is_a_week(days: Days) -> None:
    weekly = days.start(new_id(), period=Period(length=1, unit="week"))

    days.go_to(START + timedelta(days=4))

    assert days.periods(weekly)[-1][1:] == (START + timedelta(days=7), START + timedelta(days=14))


def test_two_workers_at_once_do_a_days_work_once(days: Days) -> None:
    members = [days.start(new_id()) for _ in range(4)]
    days.go_to(START)
    with at(ASKS):
        for _round in range(5):
            due_again(days, members)
            everybody(days, members, workers=4)

    assert [len(days.payments(one)) for one in members] == [1, 1, 1, 1]
    assert [len(days.periods(one)) for one in members] == [len(days.periods(members[0]))] * 4
    assert len(days.told(RenewalAsked)) == 4


def test_who_lost_his_lease_to_another_worker_leaves_no_trace(days: Days, his: UUID) -> None:
    days.go_to(START)
    with at(ASKS):
        slow = claim(performer, days.billing, his)
        assert slow is not None
    with at(ASKS + timedelta(minutes=2)):
        assert perform(performer, days.billing, his)
        with pytest.raises(LeaseLost):
            go_through(days.billing, slow)

    assert len(days.payments(his)) == 1


def test_the_database_refuses_to_bill_a_period_twice(days: Days, his: UUID) -> None:
    days.go_to(ASKS)

    with pytest.raises(IntegrityError, match="uq_membership_periods"):
        bill_by_hand(days, his)


def bill_by_hand(days: Days, membership_id: UUID) -> None:
    with days.billing.unit_of_work(days.owner) as uow:
        uow.add(
            MembershipPeriod(
                id=new_id(),
                membership_id=membership_id,
                kind="renewal",
                starts_at=ENDS,
                ends_at=ENDS + timedelta(days=1),
                created_at=days.now,
            )
        )


def due_again(days: Days, members: list[UUID]) -> None:
    with days.billing.unit_of_work(days.owner) as uow:
        for row in uow.session.scalars(select(MembershipAgenda).where(MembershipAgenda.id.in_(members))):
            row.state, row.due_at = "due", ASKS


def everybody(days: Days, members: list[UUID], *, workers: int) -> None:
    """Let several workers go for all of the rows at the same moment, each in sessions of its own."""
    start = Barrier(workers)
    made_up = Claim("membership", days.product_id, days.owner.network_id or new_id(), new_id(), 1, ASKS)

    def work(_number: int) -> None:
        start.wait()
        for one in members:
            perform(performer, days.billing, one)
            with suppress(LeaseLost):
                go_through(days.billing, replace(made_up, id=one))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
