"""Disputes: whatever is told, however often and in whatever order, the books end where the bank is."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kernel.contracts import plugins
from kernel.contracts.events import DisputeEnded, PaymentDisputed
from kernel.contracts.money import Money
from services.billing.models import Dispute, LedgerBalance, Payment
from services.billing.models.payments import PaymentNotRefundable
from services.billing.payments.disputes import note_dispute
from services.billing.queries.refunds import balance
from services.billing.refunds.lifecycle import request_refund
from tests.billing.bank import CHARGE, NAME, Desk, bank, desk, paid_through_the_bank
from tests.billing.conftest import Open, sek

__all__ = ["bank", "desk"]


@pytest.fixture
def payment_id(opened: Open, desk: Desk, customer_id: UUID) -> UUID:
    with opened() as uow:
        return paid_through_the_bank(uow, customer_id).id


def told(state: Any = "needs_response", *, fee: int = 0, charge: str = CHARGE) -> plugins.Dispute:
    cost = Money(amount=fee, currency="SEK") if fee else None
    return plugins.Dispute("dp_1", charge, sek(1000), state, reason="fraudulent", fee=cost)


def note(opened: Open, *states: Any, **more: Any) -> None:
    for state in states:
        with opened() as uow:
            note_dispute(uow, NAME, told(state, **more))


def balances(opened: Open) -> dict[str, int]:
    with opened() as uow:
        rows = uow.session.execute(select(LedgerBalance.account, LedgerBalance.amount))
        return {row.account: row.amount for row in rows if row.amount}


def test_while_a_bank_has_the_money_nothing_is_given_back(desk: Desk, payment_id: UUID) -> None:
    with desk.opened() as uow:
        note_dispute(uow, NAME, told())
        [said] = [event for event in uow.published if isinstance(event, PaymentDisputed)]

    with (
        pytest.raises(PaymentNotRefundable, match="A payment that is disputed cannot be refunded"),
        desk.opened() as uow,
    ):
        request_refund(uow, payment_id, sek(1))

    payment = desk.payment(payment_id)
    assert (payment.status, payment.disputed, payment.reserved) == ("disputed", 1000, 0)
    assert (said.amount, said.reason) == (sek(1000), "fraudulent")
    assert balances(desk.opened) == {"revenue": -1000, "disputes": 1000}


def test_a_refund_that_was_asked_for_before_does_not_go_any_more(desk: Desk, payment_id: UUID) -> None:
    with desk.opened() as uow:
        refund_id = request_refund(uow, payment_id, sek(600)).id
    note(desk.opened, "needs_response")

    desk.work(refund_id)

    assert (desk.refund(refund_id).status, desk.bank.posts) == ("failed", [])


@pytest.mark.parametrize("outcome", ["won", "prevented"])
def test_what_comes_again_can_be_given_back(desk: Desk, payment_id: UUID, outcome: str) -> None:
    note(desk.opened, "needs_response", "under_review", outcome)

    payment = desk.payment(payment_id)
    assert (payment.status, payment.disputed, payment.refundable) == ("completed", 0, 1000)
    assert balances(desk.opened) == {"gateway_clearing": 1000, "revenue": -1000}


def test_what_is_lost_stays_so(desk: Desk, payment_id: UUID) -> None:
    note(desk.opened, "needs_response", "lost", "under_review", "needs_response")

    payment = desk.payment(payment_id)
    assert (payment.status, payment.disputed) == ("disputed", 1000)
    assert balances(desk.opened) == {"revenue": -1000, "disputes": 1000}


@pytest.mark.parametrize("order", list(permutations(["needs_response", "under_review", "won"])))
def test_in_whatever_order_it_is_told_it_ends_the_same(
    desk: Desk, payment_id: UUID, order: tuple[str, ...]
) -> None:
    note(desk.opened, *order, *order)

    with desk.opened() as uow:
        assert uow.session.scalar(select(Dispute.status)) == "won"
        assert uow.session.scalar(select(func.count()).select_from(Dispute)) == 1
        assert uow.get(Payment, payment_id).status == "completed"
    assert balances(desk.opened) == {"gateway_clearing": 1000, "revenue": -1000}


def test_a_fee_is_booked_by_what_it_grew(desk: Desk, payment_id: UUID) -> None:
    note(desk.opened, "needs_response", "needs_response", fee=150)
    note(desk.opened, "lost", "lost", fee=300)

    assert balances(desk.opened) == {
        "revenue": -1000,
        "disputes": 1000,
        "fees": 300,
        "gateway_clearing": -300,
    }


def test_a_chargeback_after_a_refund_shows_the_loss(desk: Desk, payment_id: UUID) -> None:
    with desk.opened() as uow:
        refund_id = request_refund(uow, payment_id, sek(600)).id
    desk.work(refund_id)

    note(desk.opened, "lost")

    with desk.opened() as uow:
        found = balance(uow, payment_id)
    assert (found.refunded, found.disputed, found.left, found.lost) == (sek(600), sek(1000), sek(0), sek(600))
    assert [(dispute.status, dispute.amount) for dispute in found.disputes] == [("lost", sek(1000))]


def test_after_a_won_dispute_the_payment_is_what_its_refunds_say(desk: Desk, payment_id: UUID) -> None:
    with desk.opened() as uow:
        refund_id = request_refund(uow, payment_id, sek(600)).id
    desk.work(refund_id)

    note(desk.opened, "needs_response", "won")

    assert (desk.payment(payment_id).status, desk.payment(payment_id).refundable) == (
        "partially_refunded",
        400,
    )


def test_a_charge_of_another_installation_is_none_of_ours(desk: Desk, payment_id: UUID) -> None:
    with desk.opened() as uow:
        assert note_dispute(uow, NAME, told(charge="ch_foreign")) is None

    assert desk.payment(payment_id).status == "completed"


def test_it_is_told_what_came_again(desk: Desk, payment_id: UUID) -> None:
    note(desk.opened, "needs_response")

    with desk.opened() as uow:
        note_dispute(uow, NAME, told("won"))
        [ended] = [event for event in uow.published if isinstance(event, DisputeEnded)]

    assert (ended.outcome, ended.amount, ended.returned) == ("won", sek(1000), sek(1000))
