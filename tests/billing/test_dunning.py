"""What is charged by itself, how often, and what is told of it; against a provider that declines."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import MembershipHeld, PaymentDunned, RenewalAsked
from kernel.contracts.plugins import Method
from kernel.database import Database
from kernel.work import perform
from services.billing.models import Charge
from services.billing.payments.charges import ChargeUnderWay, request_charge
from services.billing.payments.lifecycle import complete_payment
from services.billing.payments.methods import keep_method
from tests.billing.days import START, Days, at
from tests.billing.till import CARD, DECLINED, Till, open_till
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

ENDS = datetime(2026, 2, 28, 9, tzinfo=UTC)
STOLEN = "4000000000009979"


def day(number: float) -> datetime:
    return ENDS + timedelta(days=number)


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, billing: Database, owner: Identity) -> Till:
    with at(START):
        return open_till(sandbox, settings, billing, owner)


@pytest.fixture
def days(till: Till, billing: Database, owner: Identity) -> Days:
    made = Days(billing, owner, charging=till.performer)
    made.found()
    return made


def save(days: Days, till: Till, number: str) -> UUID:
    """Save a card now, at the provider and here."""
    customer, reference = till.sandbox.saved_card(number)
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        return keep_method(uow, till.customer_id, "stripe", Method(reference, customer, last4=number[-4:])).id


def his(days: Days, till: Till, number: str | None) -> UUID:
    """A membership that is charged to a card."""
    if number is not None:
        save(days, till, number)
    return days.start(till.customer_id, gateway="stripe")


def charges(days: Days) -> list[Charge]:
    with days.billing.unit_of_work(days.owner) as uow:
        return list(uow.session.scalars(select(Charge).order_by(Charge.created_at)))


def told(days: Days) -> list[tuple[int, datetime | None]]:
    return [(one.step, one.next_at) for one in days.told(PaymentDunned)]


def test_a_card_is_charged_on_the_day_and_its_owner_was_told_before(days: Days, till: Till) -> None:
    mine = his(days, till, CARD)

    days.go_to(day(0))

    [payment] = days.payments(mine)
    [charge] = charges(days)
    assert (payment.status, payment.captured, payment.dunning_step) == ("completed", 19900, 1)
    assert (charge.is_automatic, charge.created_at) == (True, day(0))
    assert [(one.is_charged, one.due_at) for one in days.told(RenewalAsked)] == [(True, day(0))]
    assert [line["amount"] for line in till.sandbox.ledger("charge")] == [19900]


def test_a_card_without_money_is_tried_four_times_then_all_is_on_hold(days: Days, till: Till) -> None:
    mine = his(days, till, DECLINED)

    days.go_to(day(7))
    on_the_last_day = days.membership(mine).status
    days.go_to(day(10))

    assert [charge.created_at for charge in charges(days)] == [day(0), day(3), day(5), day(7)]
    assert told(days) == [(1, day(3)), (2, day(5)), (3, day(7))]
    assert (on_the_last_day, len(days.told(MembershipHeld))) == ("on_hold", 1)
    assert days.membership(mine).status == "expired"


def test_while_it_is_tried_the_membership_runs(days: Days, till: Till) -> None:
    mine = his(days, till, DECLINED)

    days.go_to(day(7) - timedelta(seconds=1))

    assert days.membership(mine).status == "active"


def test_what_was_declined_for_good_is_not_tried_again(days: Days, till: Till) -> None:
    mine = his(days, till, STOLEN)

    days.go_to(day(7))

    assert [(charge.is_final, charge.created_at) for charge in charges(days)] == [(True, day(0))]
    assert told(days) == [(1, None), (2, None), (3, None)]
    assert days.membership(mine).status == "on_hold"


def test_a_card_that_was_declined_for_good_is_not_tried_for_another_payment(days: Days, till: Till) -> None:
    his(days, till, STOLEN)
    days.go_to(day(0))
    days.start(till.customer_id, gateway="stripe")

    days.go_to(day(40))

    assert len(charges(days)) == 1


@pytest.mark.parametrize("first", [DECLINED, STOLEN])
def test_a_new_card_is_tried_at_once(days: Days, till: Till, first: str) -> None:
    mine = his(days, till, first)
    days.go_to(day(1))

    save(days, till, CARD)
    days.wake(till.customer_id)
    days.work()

    assert [charge.status for charge in charges(days)] == ["failed", "succeeded"]
    assert charges(days)[-1].created_at == day(1)
    assert days.payments(mine)[0].status == "completed"


def test_a_new_card_is_tried_on_hold_too(days: Days, till: Till) -> None:
    mine = his(days, till, DECLINED)
    days.go_to(day(8))
    assert days.membership(mine).status == "on_hold"

    save(days, till, CARD)
    days.wake(till.customer_id)
    days.work()

    assert days.payments(mine)[0].status == "completed"


def test_a_new_card_that_is_declined_is_tried_with_the_others(days: Days, till: Till) -> None:
    his(days, till, DECLINED)
    days.go_to(day(1))

    save(days, till, DECLINED)
    days.wake(till.customer_id)
    days.go_to(day(4))

    assert [charge.created_at for charge in charges(days)] == [day(0), day(1), day(3)]


def test_without_a_card_he_is_reminded_and_nothing_is_charged(days: Days, till: Till) -> None:
    mine = his(days, till, None)

    days.go_to(day(7))

    assert charges(days) == []
    assert told(days) == [(1, None), (2, None), (3, None)]
    assert days.membership(mine).status == "on_hold"


def test_one_that_is_not_to_renew_by_itself_is_not_charged(days: Days, till: Till) -> None:
    mine = his(days, till, CARD)
    days.change(mine, auto_renew=False)

    days.go_to(day(0))

    assert charges(days) == []
    assert days.membership(mine).status == "on_hold"


def test_a_gateway_that_was_switched_off_charges_nothing(days: Days, till: Till) -> None:
    his(days, till, CARD)

    with till.switched_off():
        days.go_to(day(0))

    assert charges(days) == []
    assert told(days) == [(1, None)]


def test_a_failed_renewal_that_was_paid_by_hand_is_charged_no_more(days: Days, till: Till) -> None:
    mine = his(days, till, DECLINED)
    days.go_to(day(1))

    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        complete_payment(uow, days.payments(mine)[0].id)
    days.go_to(day(7))

    assert len(charges(days)) == 1
    assert [(p.kind, p.status) for p in days.payments(mine) if p.due_at == day(0)] == [
        ("renewal", "completed")
    ]


def test_what_is_being_charged_cannot_be_paid_by_hand_meanwhile(days: Days, till: Till) -> None:
    mine = his(days, till, CARD)
    days.go_to(day(-1))
    days.charging = None
    days.go_to(day(0))

    with pytest.raises(ChargeUnderWay), days.billing.unit_of_work(days.owner) as uow:
        complete_payment(uow, days.payments(mine)[0].id)
    with pytest.raises(ChargeUnderWay), days.billing.unit_of_work(days.owner) as uow:
        request_charge(uow, days.payments(mine)[0].id)

    assert [charge.status for charge in charges(days)] == ["requested"]


def test_three_days_without_a_worker_make_one_try_of_those_that_were_missed(days: Days, till: Till) -> None:
    his(days, till, DECLINED)
    days.go_to(day(1))

    days.jump_to(day(6))

    assert [charge.created_at for charge in charges(days)] == [day(0), day(6)]
    assert told(days) == [(1, day(3)), (3, day(7))]


def test_a_worker_who_was_away_for_weeks_charges_before_he_ends_anything(days: Days, till: Till) -> None:
    mine = his(days, till, CARD)

    days.jump_to(day(20))

    assert [charge.created_at for charge in charges(days)] == [day(20)]
    assert days.payments(mine)[0].status == "completed"
    assert days.told(RenewalAsked) == []


def test_an_outcome_that_never_comes_keeps_nothing_running_for_ever(days: Days, till: Till) -> None:
    mine = his(days, till, CARD)
    days.charging = None

    days.go_to(day(7))

    assert [charge.status for charge in charges(days)] == ["requested"]
    assert days.membership(mine).status == "on_hold"


def test_a_lost_webhook_loses_no_money(days: Days, till: Till) -> None:
    """The provider charges and its answer is lost; nobody tells us but the look-up of the next turn."""
    mine = his(days, till, CARD)
    days.go_to(day(-1))
    till.sandbox.fault("drop", endpoint="payment_intents", times=1)
    days.go_to(day(0))
    assert [charge.status for charge in charges(days)] == ["unknown"]

    [charge] = charges(days)
    with at(day(0) + timedelta(minutes=10)):
        perform(till.performer, days.billing, charge.id)

    assert days.payments(mine)[0].status == "completed"
    assert len(till.sandbox.ledger("charge")) == 1
