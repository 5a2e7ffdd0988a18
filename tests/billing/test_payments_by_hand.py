"""Payments that a person asks for or writes down, what can be done with one, and saved ways to pay."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import PaymentMethodRemoved
from kernel.contracts.payments import LineOrder, PaymentOrder
from kernel.contracts.plugins import Method, Outcome
from kernel.database import Database
from kernel.errors import Conflict, Invalid
from kernel.ids import new_id
from services.billing.gateways.configured import GatewayNotReady
from services.billing.models import Charge, Payment
from services.billing.payments.by_hand import add_by_hand, complete_by_hand
from services.billing.payments.charges import settle_charge
from services.billing.payments.lifecycle import cancel_payment, complete_payment
from services.billing.payments.methods import choose_default, keep_method, kept_methods, remove_method
from services.billing.payments.pay_pages import ask_for_page, look_sooner
from services.billing.queries.payment import payment as page_of
from tests.billing.conftest import make_membership
from tests.billing.till import BACK, Till, open_till
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


def order(till: Till, **more: object) -> PaymentOrder:
    lines = (LineOrder(description="Hjälp", unit=50000, quantity=2),)
    told = {"customer_id": till.customer_id, "currency": "SEK", "lines": lines} | more
    return PaymentOrder.model_validate(told)


def refusals(till: Till, payment_id: object) -> dict[str, str]:
    """Return of each action why it cannot be done; nothing of what can."""
    with till.billing.unit_of_work(till.owner) as uow:
        found = page_of(uow, payment_id).actions  # type: ignore[arg-type]
    return {one.name: one.refusal.template for one in found if one.refusal}


def test_a_payment_is_added_for_the_usual_gateway_and_its_last_day(till: Till) -> None:
    with till.billing.unit_of_work(till.owner) as uow:
        made = add_by_hand(uow, order(till, due_on=date(2026, 5, 31)))

    assert (made.status, made.total, made.gateway, made.kind) == ("pending", 100000, "stripe", "other")
    assert made.due_at is not None
    assert made.due_at.astimezone(UTC) == datetime(2026, 5, 31, 22, tzinfo=UTC)


def test_a_membership_of_somebody_else_is_refused(till: Till) -> None:
    with till.billing.unit_of_work(till.owner) as uow:
        other = make_membership(uow, new_id())

    with pytest.raises(Invalid, match="another customer's"), till.billing.unit_of_work(till.owner) as uow:
        add_by_hand(uow, order(till, membership_id=other.id))

    assert till.payments() == []


def test_a_gateway_that_takes_no_money_is_refused(till: Till) -> None:
    with pytest.raises(GatewayNotReady), till.billing.unit_of_work(till.owner) as uow:
        add_by_hand(uow, order(till, gateway="klarna"))

    assert till.payments() == []


def test_money_that_a_person_notes_came_by_hand(till: Till) -> None:
    payment_id = till.payment()

    with till.billing.unit_of_work(till.owner) as uow:
        complete_by_hand(uow, payment_id, reference="OCR 4711")

    paid = till.read_payment(payment_id)
    assert (paid.status, paid.gateway, paid.gateway_reference) == ("completed", "manual", "OCR 4711")


def test_a_cancelled_payment_is_owed_no_more_and_cannot_be_cancelled_again(till: Till) -> None:
    payment_id = till.payment()
    with till.billing.unit_of_work(till.owner) as uow:
        cancel_payment(uow, payment_id, reason="Fel pris")

    with (
        pytest.raises(Conflict, match="cancelled already"),
        till.billing.unit_of_work(till.owner) as uow,
    ):
        cancel_payment(uow, payment_id, reason="")

    assert till.booked(payment_id) == ["created", "cancelled"]


def test_of_a_pending_payment_everything_can_be_done_that_takes_no_money_or_page(till: Till) -> None:
    till.saved_card()

    assert set(refusals(till, till.payment())) == {"end_page", "refund", "keep"}


def test_without_a_saved_card_it_says_to_send_a_link(till: Till) -> None:
    found = refusals(till, till.payment())

    assert found["charge"] == "The customer has no saved way to pay. Send a link to pay instead."


def test_while_it_is_charged_nothing_can_be_done(till: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    with till.billing.unit_of_work(till.owner) as uow:
        settle_charge(uow, charge_id, Outcome("unknown"))

    found = refusals(till, payment_id)

    under_way = "This payment is being charged right now. Wait for the outcome."
    assert [found[name] for name in ("complete", "charge", "cancel", "send_link", "edit_lines")] == [
        under_way
    ] * 5


def test_while_a_page_is_open_it_can_be_ended_or_cancelled(till: Till) -> None:
    till.saved_card()
    till.page(payment_id := till.payment())

    assert set(refusals(till, payment_id)) == {"complete", "charge", "edit_lines", "refund", "keep"}


def test_of_a_completed_payment_the_money_can_be_given_back(till: Till) -> None:
    payment_id = till.payment()
    with till.billing.unit_of_work(till.owner) as uow:
        complete_payment(uow, payment_id)

    assert "refund" not in refusals(till, payment_id)


def test_the_page_says_what_was_tried_and_booked(till: Till) -> None:
    till.saved_card()
    till.work(till.charge(payment_id := till.payment()))

    with till.billing.unit_of_work(till.owner) as uow:
        found = page_of(uow, payment_id)

    assert [(one.status, one.method) for one in found.attempts] == [("succeeded", ("visa", "4242"))]
    assert [(line.act, line.account, line.amount.amount) for line in found.booked][:4] == [
        ("created", "receivable", 19900),
        ("created", "revenue", -19900),
        ("completed", "gateway_clearing", 19900),
        ("completed", "receivable", -19900),
    ]
    assert (found.spent.amount, found.received.amount) == (19900, 19900)


def test_who_asks_for_a_page_twice_gets_one(till: Till) -> None:
    payment_id = till.payment()
    with till.billing.unit_of_work(till.owner) as uow:
        for _turn in range(2):
            ask_for_page(uow, payment_id, return_to=BACK, language="sv")

    with till.billing.unit_of_work(till.owner) as uow:
        assert len(uow.session.scalars(select(Charge)).all()) == 1


def test_who_comes_back_from_the_page_has_it_looked_at_at_once_and_loses_no_attempt(till: Till) -> None:
    charge_id = till.page(payment_id := till.payment())
    till.sandbox.pay(till.read(charge_id).page)

    with till.billing.unit_of_work(till.owner) as uow:
        look_sooner(uow, payment_id)
    sooner = till.read(charge_id)
    till.work(charge_id)

    assert sooner.attempts == 0
    assert till.read_payment(payment_id).status == "completed"


def test_the_newest_method_is_charged_and_when_it_is_taken_away_the_next(till: Till) -> None:
    first, second = till.saved_card(), till.saved_card("5555555555554444")

    with till.billing.unit_of_work(till.owner) as uow:
        kept = [(method.id, method.is_default) for method in kept_methods(uow, till.customer_id)]
        remove_method(uow, second)
        left = [(method.id, method.is_default) for method in kept_methods(uow, till.customer_id)]
        said = uow.published[-1]

    assert kept == [(second, True), (first, False)]
    assert left == [(first, True)]
    assert said == PaymentMethodRemoved(
        method_id=second, customer_id=till.customer_id, gateway="stripe", brand="visa", last4="4444"
    )


def test_another_method_is_chosen(till: Till) -> None:
    first, second = till.saved_card(), till.saved_card("5555555555554444")

    with till.billing.unit_of_work(till.owner) as uow:
        choose_default(uow, first)
        kept = [method.id for method in kept_methods(uow, till.customer_id)]

    assert kept == [first, second]


def test_a_method_that_is_kept_twice_is_one(till: Till) -> None:
    method = Method("pm_1", "cus_1", brand="visa", last4="4242")

    with till.billing.unit_of_work(till.owner) as uow:
        kept = {keep_method(uow, till.customer_id, "stripe", method).id for _turn in range(2)}
        said = len(uow.published)

    assert (len(kept), said) == (1, 1)


def test_payments_of_others_are_not_there(till: Till, databases: dict[str, Database]) -> None:
    payment_id = till.payment()
    stranger = Identity(new_id(), "command", till.owner.permissions)

    with databases["billing"].unit_of_work(stranger) as uow:
        found = uow.session.scalars(select(Payment).where(Payment.id == payment_id)).all()

    assert found == []
