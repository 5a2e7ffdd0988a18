"""What a person may say of a refund of which nobody could find out, and when he may not."""

from collections.abc import Callable
from uuid import UUID

import pytest

from kernel.contracts.events import RefundAskedAgain, RefundDecided
from kernel.contracts.plugins import Outcome
from kernel.database import UnitOfWork
from services.billing.gateways.attempts import DELAYS
from services.billing.models.payments import RefundTooLarge
from services.billing.queries.refunds import alert
from services.billing.refunds.decisions import WaitsForNobody, ask_again, decide_refund
from services.billing.refunds.lifecycle import request_refund, settle_refund
from services.billing.refunds.money import WentAfterAll
from tests.billing.bank import Desk, bank, desk, paid_through_the_bank
from tests.billing.conftest import Open, sek

__all__ = ["bank", "desk"]


@pytest.fixture
def payment_id(opened: Open, desk: Desk, customer_id: UUID) -> UUID:
    with opened() as uow:
        return paid_through_the_bank(uow, customer_id).id


@pytest.fixture
def given_up(desk: Desk, payment_id: UUID) -> UUID:
    """A refund of 600 that the bank has carried out and never says so."""
    with desk.opened() as uow:
        refund_id = request_refund(uow, payment_id, sek(600)).id
    desk.bank.answers, desk.bank.is_away = "lost", True
    desk.work(refund_id, times=len(DELAYS) + 1)
    return refund_id


def test_what_was_given_up_raises_the_alarm_until_somebody_decides(desk: Desk, given_up: UUID) -> None:
    with desk.opened() as uow:
        before = alert(uow).needs_person
        decide_refund(uow, given_up, has_gone=True, reason="It stands on the bank's own list.")

    with desk.opened() as uow:
        assert (before, alert(uow).needs_person) == (1, 0)


@pytest.mark.parametrize(("has_gone", "status", "left"), [(True, "succeeded", 400), (False, "failed", 1000)])
def test_a_person_says_what_became_of_it(
    desk: Desk, given_up: UUID, has_gone: bool, status: str, left: int
) -> None:
    with desk.opened() as uow:
        decide_refund(uow, given_up, has_gone=has_gone, reason="I asked them.")
        [decided] = [event for event in uow.published if isinstance(event, RefundDecided)]

    assert (decided.has_gone, decided.reason, decided.amount) == (has_gone, "I asked them.", sek(600))
    assert (desk.refund(given_up).status, desk.refund(given_up).state) == (status, "done")
    assert desk.payment(desk.refund(given_up).payment_id).refundable == left


def test_a_person_has_the_gateway_asked_once_more(desk: Desk, given_up: UUID) -> None:
    desk.bank.is_away = False

    with desk.opened() as uow:
        ask_again(uow, given_up)
        assert isinstance(uow.published[-1], RefundAskedAgain)
    desk.work(given_up)

    assert desk.refund(given_up).status == "succeeded"
    assert len(desk.bank.posts) == 1


def say_that_it_did_not_go(uow: UnitOfWork, refund_id: UUID) -> None:
    decide_refund(uow, refund_id, has_gone=False, reason="Impatient.")


@pytest.mark.parametrize("act", [ask_again, say_that_it_did_not_go])
def test_what_is_still_being_asked_after_is_not_for_a_person_to_say(
    desk: Desk, payment_id: UUID, act: Callable[[UnitOfWork, UUID], object]
) -> None:
    with desk.opened() as uow:
        refund_id = request_refund(uow, payment_id, sek(600)).id

    with pytest.raises(WaitsForNobody), desk.opened() as uow:
        act(uow, refund_id)

    assert (desk.refund(refund_id).status, desk.payment(payment_id).refundable) == ("requested", 400)


def test_what_counted_as_not_gone_and_went_after_all_is_booked(
    desk: Desk, payment_id: UUID, given_up: UUID
) -> None:
    with desk.opened() as uow:
        decide_refund(uow, given_up, has_gone=False, reason="Nobody there knows of it.")

    with desk.opened() as uow:
        settle_refund(uow, given_up, Outcome("succeeded", "re_1"))

    assert (desk.refund(given_up).status, desk.payment(payment_id).refunded) == ("succeeded", 600)


def test_and_when_there_is_no_room_left_somebody_is_told(
    desk: Desk, payment_id: UUID, given_up: UUID
) -> None:
    with desk.opened() as uow:
        decide_refund(uow, given_up, has_gone=False, reason="Nobody there knows of it.")
        request_refund(uow, payment_id, sek(1000), is_by_hand=True)

    with pytest.raises(WentAfterAll), desk.opened() as uow:
        settle_refund(uow, given_up, Outcome("succeeded", "re_1"))

    assert desk.payment(payment_id).refunded == 1000


def test_what_nobody_knows_of_keeps_its_money_from_being_given_back_again(
    desk: Desk, payment_id: UUID, given_up: UUID
) -> None:
    with pytest.raises(RefundTooLarge, match=r"At most 4.00 SEK"), desk.opened() as uow:
        request_refund(uow, payment_id, sek(401))
