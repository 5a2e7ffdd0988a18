"""Disputes at Stripe, through its own library: what moved is booked once, in whatever order it is told."""

import random
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.money import Money
from kernel.contracts.plugins import Dispute as Told
from kernel.contracts.plugins import Sought
from kernel.database import Database
from kernel.errors import Invalid
from services.billing.books.checks import read_books
from services.billing.gateways.news import take_news
from services.billing.models import Dispute
from services.billing.models.payments import PaymentNotRefundable
from services.billing.payments.dispute_decisions import DisputeWaitsForNobody, write_down_dispute
from services.billing.queries.waiting import waiting_payments
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import sek
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

PAID = ["created", "completed", "fee"]


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


@pytest.fixture
def payment_id(till: Till) -> UUID:
    till.saved_card()
    till.work(till.charge(made := till.payment()))
    return made


def dispute(till: Till, payment_id: UUID, **how: object) -> str:
    return till.sandbox.dispute(till.read_payment(payment_id).gateway_reference, **how)


def found(till: Till, name: str) -> Told:
    """Return what Stripe says of the dispute now."""
    said = till.sandbox.gateway().find(Sought("dispute", reference=name))
    assert isinstance(said, Told)
    return said


def tell(till: Till, *told: Told) -> None:
    for one in told:
        with till.billing.unit_of_work(till.owner) as uow:
            take_news(uow, "stripe", Sought("dispute", reference=one.reference), one)


def read(till: Till) -> Dispute:
    with till.billing.unit_of_work(till.owner) as uow:
        return uow.session.scalars(select(Dispute)).one()


def books_are_right(till: Till) -> bool:
    with till.billing.unit_of_work(till.owner) as uow:
        return read_books(uow)[1] == []


def test_a_bank_that_only_asks_has_taken_nothing_and_is_answered_by_a_refund(
    till: Till, payment_id: UUID
) -> None:
    name = dispute(till, payment_id, is_inquiry=True)

    tell(till, found(till, name), found(till, name))
    with till.billing.unit_of_work(till.owner) as uow:
        refund = request_refund(uow, payment_id, sek(19900))

    assert (read(till).status, read(till).taken, refund.status) == ("inquiry", 0, "requested")
    assert till.read_payment(payment_id).status == "completed"
    assert till.booked(payment_id) == PAID
    assert len(till.happened("payment.inquired")) == 1
    assert till.happened("payment.disputed") == []


def test_an_inquiry_that_is_closed_has_cost_nothing(till: Till, payment_id: UUID) -> None:
    name = dispute(till, payment_id, is_inquiry=True)
    asked = found(till, name)
    till.sandbox.decide(name, "warning_closed")

    tell(till, asked, found(till, name), asked)

    assert read(till).status == "prevented"
    assert till.booked(payment_id) == PAID
    assert [event["returned"]["amount"] for event in till.happened("payment.dispute_ended")] == [0]


def test_an_inquiry_that_becomes_a_dispute_is_booked_then_and_once(till: Till, payment_id: UUID) -> None:
    name = dispute(till, payment_id, is_inquiry=True)
    asked = found(till, name)
    till.sandbox.decide(name, "needs_response")

    tell(till, asked, found(till, name), asked, found(till, name))

    assert (read(till).status, read(till).taken) == ("needs_response", 19900)
    assert till.read_payment(payment_id).status == "disputed"
    assert till.booked(payment_id) == [*PAID, "taken", "fee"]
    assert len(till.happened("payment.disputed")) == 1
    with pytest.raises(PaymentNotRefundable), till.billing.unit_of_work(till.owner) as uow:
        request_refund(uow, payment_id, sek(1))


@pytest.mark.parametrize("seed", range(8))
def test_what_is_lost_won_and_lost_again_is_booked_once_each_in_whatever_order(
    till: Till, payment_id: UUID, seed: int
) -> None:
    name = dispute(till, payment_id)
    told = [found(till, name)]
    for verdict in ("lost", "won", "lost"):
        till.sandbox.decide(name, verdict)
        told.append(found(till, name))
    shuffled = told * 2
    random.Random(seed).shuffle(shuffled)

    tell(till, *shuffled)

    assert (read(till).status, read(till).movements, read(till).taken) == ("lost", 3, 19900)
    moved = [act for act in till.booked(payment_id) if act in {"taken", "returned"}]
    assert moved == ["taken", "returned", "taken"]
    assert till.read_payment(payment_id).disputed == 19900
    assert books_are_right(till)


def test_what_is_won_can_be_given_back(till: Till, payment_id: UUID) -> None:
    name = dispute(till, payment_id)
    told = found(till, name)
    till.sandbox.decide(name, "won")

    tell(till, told, found(till, name), told)

    payment = till.read_payment(payment_id)
    assert (payment.status, payment.disputed, payment.refundable) == ("completed", 0, 19900)
    assert [event["returned"]["amount"] for event in till.happened("payment.dispute_ended")] == [19900]


def held(till: Till, payment_id: UUID) -> str:
    name = dispute(till, payment_id, currency="eur")
    tell(till, found(till, name), found(till, name))
    return name


def test_a_dispute_in_another_currency_is_held_for_a_person(till: Till, payment_id: UUID) -> None:
    held(till, payment_id)

    with till.billing.unit_of_work(till.owner) as uow:
        [waiting] = waiting_payments(uow).items
    assert (waiting.payment_id, waiting.why) == (payment_id, "dispute")
    assert waiting.amount == Money(amount=19900, currency="EUR")
    payment = till.read_payment(payment_id)
    assert (payment.status, payment.disputed) == ("disputed", 0)
    assert "taken" not in till.booked(payment_id)
    assert books_are_right(till)


def write_down(till: Till, amount: Money) -> None:
    with till.billing.unit_of_work(till.owner) as uow:
        write_down_dispute(uow, read(till).id, amount, reason="The bank's letter.")


def test_what_a_person_says_is_booked_in_the_payments_currency(till: Till, payment_id: UUID) -> None:
    name = held(till, payment_id)

    write_down(till, sek(19000))
    said = till.read_payment(payment_id).disputed
    till.sandbox.decide(name, "won")
    tell(till, found(till, name))
    asked_again = read(till).held_at is not None
    write_down(till, sek(0))

    payment = till.read_payment(payment_id)
    assert (said, asked_again, payment.disputed, payment.status) == (19000, True, 0, "completed")
    assert [act for act in till.booked(payment_id) if act == "said"] == ["said", "said"]
    assert books_are_right(till)
    with pytest.raises(DisputeWaitsForNobody):
        write_down(till, sek(1))


@pytest.mark.parametrize("amount", [sek(19901), Money(amount=100, currency="EUR")])
def test_no_more_is_said_than_was_received_and_in_no_other_currency(
    till: Till, payment_id: UUID, amount: Money
) -> None:
    held(till, payment_id)

    with pytest.raises(Invalid) as refused:
        write_down(till, amount)

    assert refused.value.fields["amount"] == "At most 199.00 SEK."
    assert till.read_payment(payment_id).disputed == 0
