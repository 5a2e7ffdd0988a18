"""Charges of which the gateway cannot say what became: asked after for days, then decided by a person."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from kernel import clock
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import ChargeDecided
from kernel.contracts.plugins import Outcome
from kernel.database import Database
from kernel.errors import Invalid, NotFound
from kernel.work import perform
from services.billing.books.checks import read_books
from services.billing.gateways.attempts import BANKS_TAKE, DELAYS
from services.billing.gateways.configured import Gateways
from services.billing.models.payments import PaymentNotOpen
from services.billing.payments.charges import settle_charge
from services.billing.payments.decisions import AttemptWaitsForNobody, decide_charge
from services.billing.queries.refunds import alert
from services.billing.queries.waiting import waiting_payments
from tests.billing.conftest import sek
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox
from worker.performers.fees import fee_performer

__all__ = ["sandbox"]

DAY = timedelta(days=1)


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


def given_up(till: Till, payment_id: UUID) -> UUID:
    """Return a charge that Stripe carried out, and never said so."""
    till.saved_card()
    charge_id = till.charge(payment_id)
    till.sandbox.fault("drop", endpoint="payment_intents", times=1)
    till.work(charge_id)
    till.sandbox.fault("500_before", endpoint="*", method="*")
    for turn in range(1, len(DELAYS) + 1):
        till.work(charge_id, after=3 * turn * DAY)
    till.sandbox.clear_faults()
    return charge_id


def decide(till: Till, charge_id: UUID, *, has_come: bool, reference: str = "") -> list[object]:
    payment_id = till.read(charge_id).payment_id
    with till.billing.unit_of_work(till.owner) as uow:
        decide_charge(
            uow, payment_id, charge_id, has_come=has_come, reference=reference, reason="I looked at Stripe."
        )
        return list(uow.published)


def counted(till: Till) -> int:
    with till.billing.unit_of_work(till.owner) as uow:
        return alert(uow).payments


def test_what_was_given_up_is_told_once_and_waits_for_somebody(till: Till) -> None:
    charge_id = given_up(till, payment_id := till.payment())

    with till.billing.unit_of_work(till.owner) as uow:
        [waiting] = waiting_payments(uow).items
    told = till.happened("payment.charge_given_up")

    assert (waiting.payment_id, waiting.amount, waiting.why) == (payment_id, sek(19900), "charge")
    assert [event["charge_id"] for event in told] == [str(charge_id)]
    assert counted(till) == 1


def test_money_that_a_person_found_is_booked_under_the_gateways_name(till: Till) -> None:
    charge_id = given_up(till, payment_id := till.payment())
    name = till.sandbox.ledger("charge")[0]["charge"]

    said = decide(till, charge_id, has_come=True, reference=name)

    [decided] = [event for event in said if isinstance(event, ChargeDecided)]
    assert (decided.has_come, decided.reference, decided.amount) == (True, name, sek(19900))
    payment = till.read_payment(payment_id)
    assert (payment.status, payment.captured, payment.gateway_reference) == ("completed", 19900, name)
    assert (till.read(charge_id).status, till.read(charge_id).state) == ("succeeded", "done")
    assert till.booked(payment_id)[:2] == ["created", "completed"]
    assert counted(till) == 0


def test_and_what_the_gateway_kept_of_it_is_asked_for(till: Till, settings: Settings) -> None:
    charge_id = given_up(till, payment_id := till.payment())
    decide(till, charge_id, has_come=True, reference=till.sandbox.ledger("charge")[0]["charge"])

    with time_machine.travel(clock.now() + DAY, tick=True):
        perform(fee_performer(Gateways.of(settings)), till.billing, charge_id)

    assert till.booked(payment_id) == ["created", "completed", "fee"]


def test_and_nothing_is_charged_for_it_again(till: Till) -> None:
    charge_id = given_up(till, payment_id := till.payment())
    decide(till, charge_id, has_come=True, reference=till.sandbox.ledger("charge")[0]["charge"])

    till.work(charge_id, after=40 * DAY)
    with pytest.raises(PaymentNotOpen):
        till.charge(payment_id)

    assert len(till.sandbox.ledger("charge")) == 1
    assert len(till.payments()) == 1


def test_what_did_not_come_can_be_charged_anew(till: Till) -> None:
    charge_id = given_up(till, payment_id := till.payment())

    decide(till, charge_id, has_come=False)
    status = till.read_payment(payment_id).status
    till.work(till.charge(payment_id))

    assert (till.read(charge_id).status, status) == ("failed", "failed")
    assert till.read_payment(payment_id).status == "completed"
    assert counted(till) == 0


def test_what_counted_as_not_come_and_came_after_all_is_taken_all_the_same(till: Till) -> None:
    charge_id = given_up(till, payment_id := till.payment())
    decide(till, charge_id, has_come=False)

    with till.billing.unit_of_work(till.owner) as uow:
        settle_charge(uow, charge_id, Outcome("succeeded", "pi_1", money=sek(19900)))

    assert till.read_payment(payment_id).captured == 19900
    with till.billing.unit_of_work(till.owner) as uow:
        assert read_books(uow)[1] == []


def test_who_says_that_it_came_says_what_the_gateway_calls_it(till: Till) -> None:
    charge_id = given_up(till, payment_id := till.payment())

    with pytest.raises(Invalid) as refused:
        decide(till, charge_id, has_come=True)

    assert refused.value.fields == {"reference": "Say what the payment gateway calls it."}
    assert till.read_payment(payment_id).status == "processing"


def test_the_money_of_another_payment_is_not_taken_for_this_one(till: Till) -> None:
    till.saved_card()
    other = till.charge(till.payment(500))
    till.work(other)
    charge_id = given_up(till, payment_id := till.payment())

    with pytest.raises(Invalid) as refused:
        decide(till, charge_id, has_come=True, reference=till.read(other).reference)

    assert str(refused.value.fields["reference"]) == "By that name payment 1 came already."
    assert till.read_payment(payment_id).captured == 0


def test_what_is_still_being_asked_after_is_not_for_a_person_to_say(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())

    with pytest.raises(AttemptWaitsForNobody):
        decide(till, charge_id, has_come=False)

    assert till.read_payment(payment_id).status == "processing"


def test_an_attempt_is_decided_on_its_own_payment_only(till: Till) -> None:
    charge_id, other = given_up(till, till.payment()), till.payment()

    with pytest.raises(NotFound), till.billing.unit_of_work(till.owner) as uow:
        decide_charge(uow, other, charge_id, has_come=False, reference="", reason="No.")

    assert till.read(charge_id).state == "dead"


def pending(till: Till, then: str) -> UUID:
    till.saved_card()
    till.sandbox.fault("pending", endpoint="payment_intents", times=1, seconds=5e6, then=then)
    charge_id = till.charge(till.payment())
    till.work(charge_id)
    return charge_id


@pytest.mark.parametrize(("then", "status"), [("succeeded", "completed"), ("failed", "failed")])
def test_a_bank_may_take_weeks_and_nobody_is_called_for_it(till: Till, then: str, status: str) -> None:
    charge_id = pending(till, then)

    for day in range(1, 29):
        till.work(charge_id, after=day * DAY)
    waiting = till.read(charge_id)
    till.sandbox.decide(waiting.reference, then)
    till.work(charge_id, after=29 * DAY)

    assert (waiting.status, waiting.state) == ("pending", "due")
    assert till.read_payment(waiting.payment_id).status == status
    assert till.happened("payment.charge_given_up") == []


def test_after_the_time_that_banks_take_somebody_is_called(till: Till) -> None:
    charge_id = pending(till, "succeeded")

    for turn in range(1, len(DELAYS) + 2):
        till.work(charge_id, after=BANKS_TAKE + 3 * turn * DAY)

    assert (till.read(charge_id).status, till.read(charge_id).state) == ("pending", "dead")
    assert counted(till) == 1
