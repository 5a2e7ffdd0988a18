"""Charges: one open attempt of a payment, and money that is taken whenever it comes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import PaymentFailed, PaymentReceivedTwice
from kernel.contracts.plugins import Outcome
from kernel.database import Database
from kernel.ids import new_id
from services.billing.gateways.configured import GatewayNotReady
from services.billing.models import Charge, Payment, PaymentMethod
from services.billing.models.payments import PaymentNotOpen
from services.billing.payments.charges import NothingToCharge, request_charge, settle_charge, withdraw_charge
from services.billing.payments.lifecycle import cancel_payment, complete_payment
from services.billing.payments.methods import NoMethod
from services.billing.payments.under_way import ChargeUnderWay
from tests.billing.conftest import sek
from tests.billing.till import BACK, Till, open_till
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

PAID = Outcome("succeeded", "pi_1", money=sek(19900), fee=sek(477))
DECLINED = Outcome("failed", "pi_1", reason="Your card was declined.", code="generic_decline")


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


def settled(till: Till, charge_id: UUID, outcome: Outcome) -> list[object]:
    with till.billing.unit_of_work(till.owner) as uow:
        settle_charge(uow, charge_id, outcome)
        return list(uow.published)


def test_a_charge_is_written_down_with_its_key_before_anybody_is_called(till: Till) -> None:
    method_id = till.saved_card()

    charge = till.read(till.charge(payment_id := till.payment()))

    assert (charge.status, charge.key, charge.amount) == ("requested", f"charge:{charge.id}", 19900)
    assert (charge.method_id, charge.gateway, charge.state) == (method_id, "stripe", "due")
    assert till.read_payment(payment_id).status == "processing"
    assert till.sandbox.ledger() == []


def test_a_page_leaves_the_payment_pending_until_somebody_pays(till: Till) -> None:
    payment_id = till.payment()

    charge = till.read(till.charge(payment_id, return_to=BACK))

    assert (charge.method_id, charge.return_to) == (None, BACK)
    assert till.read_payment(payment_id).status == "pending"


@pytest.mark.parametrize("status", ["requested", "submitting", "waiting", "pending", "unknown"])
def test_of_a_payment_one_attempt_is_open_at_most(till: Till, status: str) -> None:
    till.saved_card()
    payment_id = till.payment()
    charge_id = till.charge(payment_id, return_to=BACK)
    with till.billing.unit_of_work(till.owner) as uow:
        uow.get(Charge, charge_id).status = status

    with pytest.raises(ChargeUnderWay):
        till.charge(payment_id)

    assert till.read_payment(payment_id).status == "pending"


def test_the_database_refuses_a_second_open_attempt_by_itself(till: Till) -> None:
    payment_id = till.payment()
    charge = till.read(till.charge(payment_id, return_to=BACK))

    with pytest.raises(IntegrityError, match="uq_charges_open"), till.billing.unit_of_work(till.owner) as uow:
        uow.add(
            Charge(
                id=new_id(),
                payment_id=payment_id,
                status="requested",
                currency="SEK",
                amount=19900,
                gateway="stripe",
                key="another",
                due_at=charge.due_at,
            )
        )


def test_of_many_who_charge_at_once_one_does(till: Till) -> None:
    till.saved_card()
    payment_id, together = till.payment(), Barrier(6)

    def charge(_turn: int) -> bool:
        together.wait()
        try:
            till.charge(payment_id)
        except ChargeUnderWay:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(charge, range(6)))

    assert sorted(done) == [False] * 5 + [True]


def test_without_a_saved_way_to_pay_nothing_is_charged(till: Till) -> None:
    payment_id = till.payment()

    with pytest.raises(NoMethod, match="has no saved way to pay"):
        till.charge(payment_id)

    assert till.read_payment(payment_id).status == "pending"


def test_a_method_of_somebody_else_is_not_charged(till: Till) -> None:
    method_id, payment_id = till.saved_card(), till.payment()
    with till.billing.unit_of_work(till.owner) as uow:
        uow.get(PaymentMethod, method_id).customer_id = new_id()

    with pytest.raises(NoMethod):
        till.charge(payment_id, method_id=method_id)


def test_nothing_is_charged_through_a_gateway_that_is_not_set_up(till: Till) -> None:
    payment_id = till.payment()

    with till.switched_off(), pytest.raises(GatewayNotReady, match="stripe is switched off"):
        till.charge(payment_id, return_to=BACK)


def test_a_payment_of_nothing_is_not_charged(till: Till) -> None:
    with pytest.raises(NothingToCharge, match="mark the payment as completed"):
        till.charge(till.payment(0), return_to=BACK)


def test_a_charge_that_succeeds_completes_its_payment_and_books_what_the_gateway_kept(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())

    settled(till, charge_id, PAID)

    payment, charge = till.read_payment(payment_id), till.read(charge_id)
    assert (payment.status, payment.captured, payment.gateway_reference) == ("completed", 19900, "pi_1")
    assert (charge.status, charge.state, charge.reference) == ("succeeded", "done", "pi_1")
    assert till.booked(payment_id) == ["created", "completed", "fee"]


def test_what_is_said_twice_changes_nothing_more(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())

    settled(till, charge_id, PAID)

    assert settled(till, charge_id, PAID) == []
    assert settled(till, charge_id, DECLINED) == []
    assert till.read_payment(payment_id).status == "completed"
    assert len(till.payments()) == 1


def test_a_charge_that_fails_leaves_the_payment_payable_and_says_why(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())

    said = settled(till, charge_id, DECLINED)

    charge = till.read(charge_id)
    assert said == [
        PaymentFailed(
            payment_id=payment_id,
            customer_id=till.customer_id,
            number=1,
            total=sek(19900),
            reason="Your card was declined.",
        )
    ]
    assert (charge.status, charge.code, charge.state) == ("failed", "generic_decline", "done")
    assert till.read_payment(payment_id).status == "failed"
    assert till.read(till.charge(payment_id)).status == "requested"


def test_a_page_that_nobody_paid_on_leaves_the_payment_as_it_was(till: Till) -> None:
    charge_id = till.charge(payment_id := till.payment(), return_to=BACK)

    said = settled(till, charge_id, Outcome("failed", "cs_1", reason="Left.", code="expired"))

    assert said == []
    assert till.read_payment(payment_id).status == "pending"
    assert till.read(charge_id).status == "failed"


def test_a_bank_that_has_not_decided_keeps_the_payment_processing(till: Till) -> None:
    charge_id = till.charge(payment_id := till.payment(), return_to=BACK)

    settled(till, charge_id, Outcome("pending", "pi_1"))

    assert till.read(charge_id).status == "pending"
    assert till.read_payment(payment_id).status == "processing"


def test_what_is_not_known_is_not_failed(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())

    settled(till, charge_id, Outcome("unknown", reason="Time-out."))

    assert till.read(charge_id).status == "unknown"
    assert till.read_payment(payment_id).status == "processing"


def test_another_amount_than_was_asked_for_needs_a_person(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())

    settled(till, charge_id, Outcome("succeeded", "pi_1", money=sek(100)))

    charge = till.read(charge_id)
    assert (charge.status, charge.reason) == (
        "unknown",
        "The gateway took another amount than was asked for.",
    )
    assert till.read_payment(payment_id).captured == 0


@pytest.mark.parametrize("how", [{}, {"return_to": BACK}])
def test_a_person_cannot_complete_what_is_being_charged(till: Till, how: dict[str, str]) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment(), **how)
    settled(till, charge_id, Outcome("waiting", "cs_1", page="https://pay.example") if how else PAID)
    status = till.read_payment(payment_id).status

    with (
        pytest.raises(ChargeUnderWay if how else PaymentNotOpen),
        till.billing.unit_of_work(till.owner) as uow,
    ):
        complete_payment(uow, payment_id)

    assert till.read_payment(payment_id).status == status


def test_a_page_is_ended_so_that_the_payment_can_be_paid_otherwise(till: Till) -> None:
    charge_id = till.charge(payment_id := till.payment(), return_to=BACK)
    settled(till, charge_id, Outcome("waiting", "cs_1", page="https://pay.example"))

    with till.billing.unit_of_work(till.owner) as uow:
        withdraw_charge(uow, payment_id)
        complete_payment(uow, payment_id)

    charge = till.read(charge_id)
    assert (charge.status, charge.page, charge.state) == ("cancelled", "", "due")
    assert till.read_payment(payment_id).status == "completed"


def test_what_the_gateway_has_cannot_be_ended(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    settled(till, charge_id, Outcome("unknown"))

    with (
        pytest.raises(ChargeUnderWay, match="being charged right now"),
        till.billing.unit_of_work(till.owner) as uow,
    ):
        cancel_payment(uow, payment_id, reason="")

    assert till.read(charge_id).status == "unknown"
    assert till.read_payment(payment_id).status == "processing"


def test_money_that_comes_a_second_time_becomes_a_payment_that_can_be_given_back(till: Till) -> None:
    charge_id = till.charge(payment_id := till.payment(), return_to=BACK)
    settled(till, charge_id, Outcome("waiting", "cs_1", page="https://pay.example"))
    with till.billing.unit_of_work(till.owner) as uow:
        withdraw_charge(uow, payment_id)
        complete_payment(uow, payment_id, reference="OCR 4711")

    said = settled(till, charge_id, PAID)

    first, extra = till.payments()
    assert (first.gateway_reference, first.captured) == ("OCR 4711", 19900)
    assert (extra.status, extra.refundable, extra.gateway_reference) == ("completed", 19900, "pi_1")
    assert till.read(charge_id).payment_id == extra.id
    assert till.booked(extra.id) == ["created", "completed", "fee"]
    assert (
        PaymentReceivedTwice(
            payment_id=payment_id,
            extra_id=extra.id,
            customer_id=till.customer_id,
            number=1,
            extra_number=2,
            amount=sek(19900),
        )
        in said
    )
    assert settled(till, charge_id, PAID) == []


def test_money_for_a_cancelled_payment_is_not_lost(till: Till) -> None:
    charge_id = till.charge(payment_id := till.payment(), return_to=BACK)
    settled(till, charge_id, Outcome("waiting", "cs_1", page="https://pay.example"))
    with till.billing.unit_of_work(till.owner) as uow:
        cancel_payment(uow, payment_id, reason="Wrong price")

    settled(till, charge_id, PAID)

    cancelled, extra = till.payments()
    assert (cancelled.status, cancelled.captured) == ("cancelled", 0)
    assert till.booked(payment_id) == ["created", "cancelled"]
    assert (extra.status, extra.captured) == ("completed", 19900)


def test_money_of_an_attempt_that_was_given_up_still_pays_what_is_unpaid(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    settled(till, charge_id, DECLINED)

    settled(till, charge_id, PAID)

    assert till.read_payment(payment_id).status == "completed"
    assert len(till.payments()) == 1


def test_a_page_that_is_open_is_ended_when_the_money_comes_otherwise(till: Till) -> None:
    till.saved_card()
    late = till.charge(payment_id := till.payment())
    settled(till, late, DECLINED)
    page = till.charge(payment_id, return_to=BACK)
    settled(till, page, Outcome("waiting", "cs_1", page="https://pay.example"))

    settled(till, late, PAID)

    assert (till.read(late).status, till.read(page).status) == ("succeeded", "cancelled")
    assert till.read_payment(payment_id).status == "completed"


def test_a_cancelled_payment_is_not_charged(till: Till) -> None:
    till.saved_card()
    payment_id = till.payment()
    with till.billing.unit_of_work(till.owner) as uow:
        cancel_payment(uow, payment_id, reason="")

    with pytest.raises(PaymentNotOpen), till.billing.unit_of_work(till.owner) as uow:
        request_charge(uow, payment_id)

    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.session.scalars(select(Charge)).all() == []
        assert uow.session.scalars(select(Payment.status)).one() == "cancelled"
