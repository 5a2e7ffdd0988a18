"""The worker gets the money: one movement at the provider, whatever is lost on the way."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.payments import LineOrder
from kernel.contracts.plugins import Outcome, Sought
from kernel.database import Database
from kernel.work import claim, retry_dead
from services.billing.books.checks import read_books
from services.billing.gateways.attempts import DELAYS
from services.billing.gateways.configured import Gateways
from services.billing.models import Charge
from services.billing.payments.charges import withdraw_charge
from services.billing.payments.charging import note_outcome, take_up
from services.billing.payments.lifecycle import complete_payment
from services.billing.payments.line_changes import add_line
from tests.billing.till import DECLINED, Till, open_till
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

SOON = timedelta(minutes=7)  # the first look after a call, and its jitter
LATER = timedelta(days=2)


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


def test_a_saved_card_is_charged_once_and_the_payment_is_completed(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())

    assert till.work(charge_id)

    charge, payment = till.read(charge_id), till.read_payment(payment_id)
    assert (charge.status, charge.state) == ("succeeded", "done")
    assert (payment.status, payment.captured) == ("completed", 19900)
    assert payment.gateway_reference == charge.reference
    assert [line["amount"] for line in till.sandbox.ledger("charge")] == [19900]
    assert till.booked(payment_id) == ["created", "completed", "fee"]


def test_a_declined_card_fails_the_payment_with_the_banks_words(till: Till) -> None:
    till.saved_card(DECLINED)
    charge_id = till.charge(payment_id := till.payment())

    till.work(charge_id)

    charge = till.read(charge_id)
    assert (charge.status, charge.reason) == ("failed", "Your card was declined.")
    assert till.read_payment(payment_id).status == "failed"
    assert till.sandbox.ledger("charge") == []


def test_the_page_of_the_gateway_waits_for_the_customer_and_then_completes(till: Till) -> None:
    charge_id = till.page(payment_id := till.payment())
    waiting = till.read(charge_id)

    paid = till.sandbox.pay(waiting.page)
    till.work(charge_id, after=SOON)

    assert waiting.status == "waiting"
    assert waiting.page.startswith(till.sandbox.url)
    assert paid == (303, waiting.return_to)
    assert till.read(charge_id).status == "succeeded"
    assert till.read_payment(payment_id).status == "completed"
    assert len(till.sandbox.ledger("charge")) == 1


def test_what_was_saved_on_the_page_is_charged_the_next_time(till: Till) -> None:
    charge_id = till.page(till.payment())
    till.sandbox.pay(till.read(charge_id).page)
    till.work(charge_id, after=SOON)

    again = till.charge(till.payment(5000))
    till.work(again)

    assert till.read(again).status == "succeeded"
    assert till.read(again).method_id == till.read(charge_id).method_id
    assert [line["amount"] for line in till.sandbox.ledger("charge")] == [19900, 5000]


def test_a_page_that_nobody_has_paid_on_is_looked_at_again_and_again(till: Till) -> None:
    charge_id = till.page(till.payment())

    till.work(charge_id, after=SOON)

    charge = till.read(charge_id)
    assert (charge.status, charge.state, charge.attempts) == ("waiting", "due", 2)


def test_a_page_that_has_run_out_can_be_asked_for_anew(till: Till) -> None:
    charge_id = till.page(payment_id := till.payment())
    run_out(till, charge_id)

    till.work(charge_id, after=SOON)

    assert (till.read(charge_id).status, till.read(charge_id).code) == ("failed", "expired")
    assert till.read_payment(payment_id).status == "pending"
    assert till.read(till.page(payment_id)).status == "waiting"


@pytest.mark.parametrize("fault", ["drop", "500_after"])
def test_an_answer_that_is_lost_is_asked_for_and_nothing_is_charged_twice(till: Till, fault: str) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    till.sandbox.fault(fault, endpoint="payment_intents", times=1)

    till.work(charge_id)
    lost = till.read(charge_id).status, till.read_payment(payment_id).status
    till.work(charge_id, after=SOON)

    assert lost == ("unknown", "processing")
    assert till.read(charge_id).status == "succeeded"
    assert till.read_payment(payment_id).status == "completed"
    assert len(till.sandbox.ledger("charge")) == 1


def test_an_order_that_never_arrived_is_posted_again_under_the_same_key(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(till.payment())
    till.sandbox.fault("500_before", endpoint="payment_intents", times=1)

    till.work(charge_id)
    till.work(charge_id, after=SOON)

    assert till.read(charge_id).status == "succeeded"
    assert len(till.sandbox.ledger("charge")) == 1


def test_after_the_keys_time_nothing_is_posted_any_more(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    till.sandbox.fault("500_before", endpoint="payment_intents", times=1)
    till.work(charge_id)

    till.work(charge_id, after=LATER)

    charge = till.read(charge_id)
    assert (charge.status, charge.code) == ("failed", "never_arrived")
    assert till.read_payment(payment_id).status == "failed"
    assert till.sandbox.ledger("charge") == []


def test_what_arrived_is_found_after_the_keys_time_too(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(till.payment())
    till.sandbox.fault("drop", endpoint="payment_intents", times=1)
    till.work(charge_id)
    till.sandbox.expire_keys()

    till.work(charge_id, after=LATER)

    assert till.read(charge_id).status == "succeeded"
    assert len(till.sandbox.ledger("charge")) == 1


def test_a_worker_that_dies_before_it_calls_has_charged_nothing(till: Till, settings: Settings) -> None:
    till.saved_card()
    charge_id = till.charge(till.payment())
    mine = claim(till.performer, till.billing, charge_id)
    assert mine is not None
    with till.billing.unit_of_work(till.owner) as uow:
        take_up(uow, Gateways.of(settings), mine)

    till.work(charge_id, after=SOON)

    assert till.read(charge_id).status == "succeeded"
    assert len(till.sandbox.ledger("charge")) == 1


def test_a_worker_that_dies_after_the_call_is_followed_by_one_that_asks(
    till: Till, settings: Settings
) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    mine = claim(till.performer, till.billing, charge_id)
    assert mine is not None
    with till.billing.unit_of_work(till.owner) as uow:
        attempt = take_up(uow, Gateways.of(settings), mine)
    assert attempt is not None
    attempt.carry_out()

    till.work(charge_id, after=SOON)

    assert till.read_payment(payment_id).status == "completed"
    assert len(till.sandbox.ledger("charge")) == 1


def test_a_worker_given_up_for_dead_writes_nothing(till: Till, settings: Settings) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    mine = claim(till.performer, till.billing, charge_id)
    assert mine is not None
    with till.billing.unit_of_work(till.owner) as uow:
        attempt = take_up(uow, Gateways.of(settings), mine)
    assert attempt is not None
    outcome = attempt.carry_out()
    till.work(charge_id, after=SOON)

    with (
        pytest.raises(Exception, match="took this work over"),
        till.billing.unit_of_work(till.owner) as uow,
    ):
        note_outcome(uow, mine, outcome)

    assert till.booked(payment_id) == ["created", "completed", "fee"]


def test_a_page_that_was_ended_and_paid_all_the_same_is_a_payment_of_its_own(till: Till) -> None:
    charge_id = till.page(payment_id := till.payment())
    page = till.read(charge_id).page
    with till.billing.unit_of_work(till.owner) as uow:
        withdraw_charge(uow, payment_id)
        complete_payment(uow, payment_id)
    till.sandbox.pay(page)

    till.work(charge_id, after=SOON)

    assert [payment.captured for payment in till.payments()] == [19900, 19900]
    assert len(till.sandbox.ledger("charge")) == 1


def test_a_page_that_was_ended_is_asked_about_until_it_has_run_out(till: Till) -> None:
    charge_id = till.page(payment_id := till.payment())
    with till.billing.unit_of_work(till.owner) as uow:
        withdraw_charge(uow, payment_id)
    till.work(charge_id, after=SOON)
    asked = till.read(charge_id)
    run_out(till, charge_id)

    till.work(charge_id, after=LATER)

    assert (asked.status, asked.state) == ("cancelled", "due")
    assert (till.read(charge_id).status, till.read(charge_id).state) == ("cancelled", "done")
    assert till.read_payment(payment_id).status == "pending"


def test_while_the_gateway_is_away_nothing_is_decided(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    till.sandbox.fault("drop", endpoint="payment_intents", times=1)
    till.work(charge_id)
    till.sandbox.fault("500_before", endpoint="*", method="*")

    till.work(charge_id, after=SOON)

    charge = till.read(charge_id)
    assert (charge.status, charge.state, charge.attempts) == ("unknown", "due", 2)
    assert till.read_payment(payment_id).status == "processing"


def test_after_the_last_look_a_person_is_needed_and_can_have_it_looked_at_again(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(till.payment())
    till.sandbox.fault("drop", endpoint="payment_intents", times=1)
    till.work(charge_id)
    till.sandbox.fault("500_before", endpoint="*", method="*")
    for day in range(1, len(DELAYS) + 1):
        till.work(charge_id, after=timedelta(days=3 * day))
    dead = till.read(charge_id)
    till.sandbox.clear_faults()

    retry_dead(till.performer, till.billing, charge_id)
    till.work(charge_id)

    assert (dead.status, dead.state) == ("unknown", "dead")
    assert till.read(charge_id).status == "succeeded"
    assert len(till.sandbox.ledger("charge")) == 1


def test_a_gateway_that_was_switched_off_is_waited_for(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(till.payment())

    with till.switched_off():
        till.work(charge_id)
    waiting = till.read(charge_id)
    till.work(charge_id, after=SOON)

    assert (waiting.status, waiting.state) == ("requested", "due")
    assert till.read(charge_id).status == "succeeded"


def test_what_is_over_is_left_alone(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(till.payment())
    till.work(charge_id)
    look_again(till, charge_id)

    till.work(charge_id)

    assert len(till.sandbox.ledger("charge")) == 1


def run_out(till: Till, charge_id: UUID) -> None:
    """Let the page of the charge be too old at the provider."""
    page = till.read(charge_id).reference
    till.sandbox.advance(25 * 3600)
    till.sandbox.wait_until(lambda: till.sandbox.look(page)["status"] == "expired")


def look_again(till: Till, charge_id: UUID) -> None:
    """Have the worker look at what is over, as a message that comes late does."""
    again = update(Charge).where(Charge.id == charge_id).values(state="due")
    with till.billing.unit_of_work(till.owner) as uow:
        uow.session.execute(again)


def test_an_old_page_does_not_pay_for_lines_that_were_added_since(till: Till) -> None:
    """The page was ended, more was asked for, and the customer paid what the page still said."""
    charge_id = till.page(payment_id := till.payment())
    page = till.read(charge_id).page
    with till.billing.unit_of_work(till.owner) as uow:
        withdraw_charge(uow, payment_id)
        line = LineOrder(description="More", unit=5000)
        add_line(uow, payment_id, line)

    till.sandbox.pay(page)
    till.work(charge_id, after=SOON)

    asked, extra = till.payments()
    assert (asked.status, asked.total, asked.captured) == ("pending", 24900, 0)
    assert (extra.status, extra.captured) == ("completed", 19900)
    with till.billing.unit_of_work(till.owner) as uow:
        assert read_books(uow)[1] == []


def test_a_card_is_not_charged_for_what_was_paid_on_an_old_page_meanwhile(till: Till) -> None:
    old = till.page(payment_id := till.payment())
    till.sandbox.pay(till.read(old).page)
    with till.billing.unit_of_work(till.owner) as uow:
        withdraw_charge(uow, payment_id)
    till.saved_card()
    new = till.charge(payment_id)

    till.work(old, after=SOON)
    till.work(new, after=SOON)

    assert till.read_payment(payment_id).status == "completed"
    assert (till.read(old).status, till.read(new).status) == ("succeeded", "cancelled")
    assert till.read(new).state == "done"
    assert len(till.sandbox.ledger("charge")) == 1


def test_what_moved_says_whose_it_is(till: Till, settings: Settings) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    till.work(charge_id)

    found = till.sandbox.gateway().find(Sought("charge", key=till.read(charge_id).key))

    payment = till.read_payment(payment_id)
    assert isinstance(found, Outcome)
    assert found.labels == {
        "installation": Gateways.of(settings).installation,
        "network": str(payment.network_id),
        "payment": str(payment.number),
    }
    assert len(found.labels["installation"]) == 16
