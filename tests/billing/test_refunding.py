"""Money goes back once, whatever the gateway answers, and nothing is called certain that is not."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel import clock
from kernel.contracts.events import (
    EVENT,
    Event,
    PaymentRefunded,
    RefundFailed,
    RefundGivenUp,
    RefundReversed,
    RefundUnknown,
)
from kernel.contracts.money import Money
from kernel.contracts.plugins import Outcome
from kernel.log import EventRow
from kernel.work import perform, retry_dead
from services.billing.gateways.attempts import DELAYS, LOOK_AT_PENDING
from services.billing.gateways.configured import NOT_THERE
from services.billing.memberships.lifecycle import activate_membership
from services.billing.models import LedgerBalance, Membership, Refund
from services.billing.refunds.lifecycle import request_refund, settle_refund
from tests.billing.bank import CHARGE, Bank, Desk, bank, desk, paid_through_the_bank
from tests.billing.conftest import Open, make_membership, sek

__all__ = ["bank", "desk"]


@pytest.fixture
def payment_id(opened: Open, desk: Desk, customer_id: UUID) -> UUID:
    with opened() as uow:
        return paid_through_the_bank(uow, customer_id).id


@pytest.fixture
def refund_id(opened: Open, payment_id: UUID) -> UUID:
    with opened() as uow:
        return request_refund(uow, payment_id, sek(600), reason="Goodwill").id


def balances(opened: Open) -> dict[str, int]:
    with opened() as uow:
        rows = uow.session.execute(select(LedgerBalance.account, LedgerBalance.amount))
        return {row.account: row.amount for row in rows if row.amount}


def told(opened: Open, *kinds: type[Event]) -> list[Event]:
    """Return what was said of these kinds, in order."""
    with opened() as uow:
        rows = uow.session.scalars(select(EventRow.payload).order_by(EventRow.position))
        events = [EVENT.validate_python(payload) for payload in rows]
    return [event for event in events if isinstance(event, kinds)]


def test_what_is_asked_for_is_put_aside_and_nothing_has_gone(desk: Desk, refund_id: UUID) -> None:
    refund = desk.refund(refund_id)
    payment = desk.payment(refund.payment_id)

    assert (refund.status, refund.state, refund.key) == ("requested", "due", f"refund:{refund_id}")
    assert (payment.status, payment.reserved, payment.refunded, payment.refundable) == (
        "completed",
        600,
        0,
        400,
    )
    assert desk.bank.posts == []


def test_the_worker_posts_once_and_settles(desk: Desk, opened: Open, refund_id: UUID) -> None:
    desk.work(refund_id, times=3)

    refund = desk.refund(refund_id)
    assert [(post.key, post.reference, post.money) for post in desk.bank.posts] == [
        (f"refund:{refund_id}", CHARGE, sek(600))
    ]
    assert (refund.status, refund.state, refund.reference) == ("succeeded", "done", "re_1")
    assert (desk.payment(refund.payment_id).status, desk.payment(refund.payment_id).refunded) == (
        "partially_refunded",
        600,
    )
    assert balances(opened) == {"gateway_clearing": 400, "revenue": -1000, "refunds": 600}
    assert len(told(opened, PaymentRefunded)) == 1


def test_the_row_with_its_key_is_committed_before_the_call(desk: Desk, refund_id: UUID) -> None:
    seen: list[tuple[str, str]] = []

    def look() -> None:
        refund = desk.refund(refund_id)
        seen.append((refund.status, refund.key))

    desk.bank.on_post = look
    desk.work(refund_id)

    assert seen == [("submitting", f"refund:{refund_id}")]


def test_when_only_the_answer_was_lost_the_gateway_is_asked_at_once(desk: Desk, refund_id: UUID) -> None:
    desk.bank.answers = "lost"

    desk.work(refund_id)

    assert (desk.refund(refund_id).status, len(desk.bank.posts)) == ("succeeded", 1)


def test_unknown_keeps_what_is_put_aside_and_is_asked_after_in_five_minutes(
    desk: Desk, opened: Open, refund_id: UUID
) -> None:
    desk.bank.answers, desk.bank.is_away = "lost", True

    desk.work(refund_id)

    refund = desk.refund(refund_id)
    assert (refund.status, refund.state, refund.failure) == ("unknown", "due", "No answer came.")
    assert timedelta(minutes=3) < refund.due_at - clock.now() < timedelta(minutes=7)
    assert desk.payment(refund.payment_id).refundable == 400
    assert [event.reason for event in told(opened, RefundUnknown)] == ["No answer came."]  # type: ignore[union-attr]


def test_what_went_unanswered_is_found_and_not_posted_again(desk: Desk, refund_id: UUID) -> None:
    desk.bank.answers, desk.bank.is_away = "lost", True
    desk.work(refund_id)
    desk.bank.is_away = False

    desk.work(refund_id)

    assert (desk.refund(refund_id).status, len(desk.bank.posts)) == ("succeeded", 1)


def test_what_never_arrived_is_posted_again_under_the_same_key_after_a_look(
    desk: Desk, refund_id: UUID
) -> None:
    desk.bank.answers = "never"
    desk.work(refund_id)
    desk.bank.answers, asked = "well", len(desk.bank.questions)

    desk.work(refund_id)

    assert desk.refund(refund_id).status == "succeeded"
    assert [post.key for post in desk.bank.posts] == [f"refund:{refund_id}"] * 2
    assert len(desk.bank.questions) == asked + 1
    assert len(desk.bank.made) == 1


def test_after_the_keys_time_nothing_is_posted_and_what_never_arrived_has_failed(
    desk: Desk, opened: Open, refund_id: UUID
) -> None:
    desk.bank.answers = "never"
    desk.work(refund_id)
    with opened() as uow:
        uow.session.execute(update(Refund).values(key_expires_at=clock.now()))
    desk.bank.answers = "well"

    desk.work(refund_id)

    refund = desk.refund(refund_id)
    assert len(desk.bank.posts) == 1
    assert (refund.status, refund.failure) == (
        "failed",
        "The payment gateway never got this order: nothing was given back.",
    )
    assert desk.payment(refund.payment_id).refundable == 1000


def test_a_gateway_that_says_nothing_is_asked_eight_times_and_then_a_person_is(
    desk: Desk, opened: Open, refund_id: UUID
) -> None:
    desk.bank.answers, desk.bank.is_away = "lost", True
    waits = []
    for _ in DELAYS:
        desk.work(refund_id)
        waits.append((desk.refund(refund_id).due_at - clock.now()).total_seconds())

    desk.work(refund_id)

    refund = desk.refund(refund_id)
    assert [round(wait / delay, 0) for wait, delay in zip(waits, DELAYS, strict=True)] == [1.0] * 7
    assert (refund.status, refund.state, refund.last_error) == ("unknown", "dead", "The bank is closed.")
    assert desk.payment(refund.payment_id).refundable == 400
    assert len(told(opened, RefundGivenUp)) == 1
    assert len(desk.bank.posts) == 1


def test_given_up_and_tried_again_it_is_looked_for_first(desk: Desk, refund_id: UUID) -> None:
    desk.bank.answers, desk.bank.is_away = "lost", True
    desk.work(refund_id, times=len(DELAYS) + 1)
    desk.bank.is_away = False

    retry_dead(desk.performer, desk.billing, refund_id)
    desk.work(refund_id)

    assert (desk.refund(refund_id).status, len(desk.bank.posts)) == ("succeeded", 1)


def test_what_is_refused_frees_what_was_put_aside(desk: Desk, opened: Open, refund_id: UUID) -> None:
    desk.bank.state = "failed"

    desk.work(refund_id)

    refund = desk.refund(refund_id)
    payment = desk.payment(refund.payment_id)
    assert (refund.status, refund.failure, refund.state) == ("failed", "The card is closed.", "done")
    assert (payment.status, payment.refundable) == ("completed", 1000)
    assert [event.reason for event in told(opened, RefundFailed)] == ["The card is closed."]  # type: ignore[union-attr]
    assert balances(opened) == {"gateway_clearing": 1000, "revenue": -1000}


@pytest.mark.parametrize(("end", "left"), [("succeeded", 400), ("failed", 1000)])
def test_what_lies_with_the_bank_is_asked_after_until_it_decides(
    desk: Desk, refund_id: UUID, end: str, left: int
) -> None:
    desk.bank.state = "pending"
    desk.work(refund_id, times=len(DELAYS) + 15)
    waiting = desk.refund(refund_id)
    desk.bank.decide(end)

    desk.work(refund_id)

    wait = (waiting.due_at - clock.now()).total_seconds()
    assert (waiting.status, waiting.state, waiting.attempts) == ("pending", "due", 0)
    assert 0.7 * LOOK_AT_PENDING < wait < 1.3 * LOOK_AT_PENDING
    assert (desk.refund(refund_id).status, len(desk.bank.posts)) == (end, 1)
    assert desk.payment(waiting.payment_id).refundable == left


def test_a_bank_that_does_not_decide_in_a_month_is_for_a_person(
    desk: Desk, opened: Open, refund_id: UUID
) -> None:
    desk.bank.state = "pending"
    desk.work(refund_id)
    with opened() as uow:
        uow.session.execute(update(Refund).values(submitted_at=clock.now() - timedelta(days=31)))

    desk.work(refund_id, times=len(DELAYS) + 1)

    assert (desk.refund(refund_id).status, desk.refund(refund_id).state) == ("pending", "dead")


def test_money_that_comes_again_is_booked_back_and_can_be_given_back_anew(
    desk: Desk, opened: Open, refund_id: UUID
) -> None:
    desk.work(refund_id)

    with opened() as uow:
        for _ in range(2):
            settle_refund(uow, refund_id, Outcome("failed", "re_1", reason="Account closed."))

    refund = desk.refund(refund_id)
    payment = desk.payment(refund.payment_id)
    assert (refund.status, refund.failure) == ("reversed", "Account closed.")
    assert (payment.status, payment.refundable) == ("completed", 1000)
    assert balances(opened) == {"gateway_clearing": 1000, "revenue": -1000}
    assert len(told(opened, RefundReversed)) == 1


@pytest.mark.parametrize("state", ["succeeded", "pending", "unknown", "failed"])
def test_what_is_said_of_a_refund_that_came_back_changes_nothing(
    desk: Desk, opened: Open, refund_id: UUID, state: Any
) -> None:
    desk.work(refund_id)
    with opened() as uow:
        settle_refund(uow, refund_id, Outcome("reversed", "re_1"))

    with opened() as uow:
        settle_refund(uow, refund_id, Outcome(state, "re_1"))

    assert desk.refund(refund_id).status == "reversed"
    assert balances(opened) == {"gateway_clearing": 1000, "revenue": -1000}


@pytest.mark.parametrize("state", ["succeeded", "pending", "unknown"])
def test_what_is_said_twice_or_late_of_what_went_changes_nothing(
    desk: Desk, opened: Open, refund_id: UUID, state: Any
) -> None:
    desk.work(refund_id)

    with opened() as uow:
        settle_refund(uow, refund_id, Outcome(state, "re_1"))

    assert desk.refund(refund_id).status == "succeeded"
    assert len(told(opened, PaymentRefunded)) == 1
    assert balances(opened)["refunds"] == 600


@pytest.mark.parametrize(
    "money", [Money(amount=1001, currency="SEK"), Money(amount=599, currency="EUR"), sek(0)]
)
def test_what_cannot_have_gone_back_is_not_believed(
    desk: Desk, opened: Open, refund_id: UUID, money: Money
) -> None:
    with opened() as uow:
        settle_refund(uow, refund_id, Outcome("succeeded", "re_9", money=money))

    refund = desk.refund(refund_id)
    assert (refund.status, refund.failure) == (
        "unknown",
        "The payment gateway gave back more than is left here, or in another currency.",
    )
    assert "refunds" not in balances(opened)


def test_what_a_webhook_settled_meanwhile_is_not_settled_again_by_the_worker(
    desk: Desk, opened: Open, refund_id: UUID
) -> None:
    def webhook() -> None:
        with opened() as uow:
            settle_refund(uow, refund_id, Outcome("succeeded", "re_1"))

    desk.bank.on_post = webhook

    desk.work(refund_id)

    assert desk.refund(refund_id).status == "succeeded"
    assert len(told(opened, PaymentRefunded)) == 1
    assert balances(opened)["refunds"] == 600


def test_a_worker_that_was_given_up_for_dead_writes_nothing(desk: Desk, refund_id: UUID) -> None:
    def somebody_else() -> None:
        desk.bank.on_post = lambda: None
        with desk.opened() as uow:
            uow.session.execute(update(Refund).values(lease_until=clock.now()))
        perform(desk.performer, desk.billing, refund_id)

    desk.bank.on_post = somebody_else

    desk.work(refund_id)

    assert desk.refund(refund_id).status == "succeeded"
    assert {post.key for post in desk.bank.posts} == {f"refund:{refund_id}"}
    assert len(desk.bank.made) == 1


def test_a_gateway_that_was_taken_away_leaves_the_refund_to_be_tried_later(
    desk: Desk, opened: Open, bank: Bank, customer_id: UUID
) -> None:
    with opened() as uow:
        payment = paid_through_the_bank(uow, customer_id)
        payment.gateway = "gone"
        refund_id = request_refund(uow, payment.id, sek(10)).id

    desk.work(refund_id)

    refund = desk.refund(refund_id)
    assert (refund.status, refund.state, bank.posts) == ("requested", "due", [])
    assert refund.last_error == NOT_THERE


@pytest.mark.parametrize(
    ("effect", "state", "status"),
    [
        ("keep", "succeeded", "active"),
        ("cancel_now", "succeeded", "cancelled"),
        ("cancel_now", "failed", "active"),
        ("cancel_now", "pending", "active"),
    ],
)
def test_the_membership_follows_once_the_money_went(
    desk: Desk, customer_id: UUID, effect: Any, state: str, status: str
) -> None:
    with desk.opened() as uow:
        membership = activate_membership(uow, make_membership(uow, customer_id).id)
        payment = paid_through_the_bank(uow, customer_id, membership_id=membership.id)
        refund_id = request_refund(uow, payment.id, sek(1000), effect=effect).id
    desk.bank.state = state

    desk.work(refund_id)

    with desk.opened() as uow:
        assert uow.get(Membership, membership.id).status == status
