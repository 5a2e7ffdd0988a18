"""Charging through Stripe: saved cards, pages to pay on, and what banks refuse."""

from dataclasses import replace

import pytest

from kernel.contracts.money import Money
from kernel.contracts.plugins import Method, Order, Outcome, Sought
from kernel.ids import new_id
from tests.billing.conftest import sek
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]


def order_of(money: Money, **more: str) -> Order:
    return Order(
        key=f"charge:{new_id()}",
        reference=more.pop("reference", ""),
        money=money,
        email="ebba@example.org",
        description="Bas, November",
        return_to="https://example.org/paid",
        labels={"installation": "here", "payment": "42"},
        **more,
    )


def saved(sandbox: Sandbox, number: str, money: Money | None = None) -> Order:
    customer, method = sandbox.saved_card(number)
    return order_of(money or sek(19900), reference=method, customer=customer)


def test_a_saved_card_is_charged_and_the_fee_is_known(sandbox: Sandbox) -> None:
    order = saved(sandbox, "4242424242424242")

    outcome = sandbox.gateway().charge(order)

    assert outcome == Outcome(
        "succeeded",
        outcome.reference,
        key=order.key,
        money=sek(19900),
        fee=sek(298 + 180),
        labels={"installation": "here", "payment": "42"},
    )
    assert [(line["charge"], line["amount"], line["key"]) for line in sandbox.ledger()] == [
        (outcome.reference, 19900, order.key)
    ]


@pytest.mark.parametrize(
    ("number", "code", "is_final"),
    [
        ("4000000000000341", "generic_decline", False),
        ("4000000000009995", "insufficient_funds", False),
        ("4000000000009987", "lost_card", True),
        ("4000000000009979", "stolen_card", True),
        ("4000000000000069", "expired_card", True),
        ("4000000000000119", "processing_error", False),
        ("4000002760003184", "authentication_required", True),
    ],
)
def test_a_refused_card_says_why_and_whether_it_ever_will(
    sandbox: Sandbox, number: str, code: str, is_final: bool
) -> None:
    order = saved(sandbox, number)

    outcome = sandbox.gateway().charge(order)

    assert (outcome.state, outcome.code, outcome.is_final) == ("failed", code, is_final)
    assert outcome.reason.startswith(("Your card", "An error occurred"))
    assert sandbox.gateway().find(Sought("charge", reference=outcome.reference)) == outcome
    assert sandbox.ledger() == []


def test_a_customer_pays_on_the_page_and_the_card_is_kept(sandbox: Sandbox) -> None:
    gateway, order = sandbox.gateway(), order_of(sek(19900))

    waiting = gateway.charge(order)
    status, where = sandbox.pay(waiting.page)
    outcome = gateway.find(Sought("charge", reference=waiting.reference))

    assert (waiting.state, waiting.reference[:3], waiting.key) == ("waiting", "cs_", order.key)
    assert (status, where) == (303, "https://example.org/paid")
    assert isinstance(outcome, Outcome)
    assert outcome.method
    assert (outcome.state, outcome.money, outcome.key) == ("succeeded", sek(19900), order.key)
    assert outcome.method == Method(
        outcome.method.reference, outcome.method.customer, "visa", "4242", "2040-12"
    )
    assert gateway.find(Sought("charge", key=order.key)) == outcome
    assert gateway.find(Sought("charge", reference=outcome.reference)) == outcome
    assert len(sandbox.ledger("charge")) == 1


def test_the_card_that_was_kept_is_charged_again(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway()
    waiting = gateway.charge(order_of(sek(19900)))
    sandbox.pay(waiting.page)
    first = gateway.find(Sought("charge", reference=waiting.reference))
    assert isinstance(first, Outcome)
    assert first.method

    again = gateway.charge(
        order_of(sek(500), reference=first.method.reference, customer=first.method.customer)
    )

    assert (again.state, again.money) == ("succeeded", sek(500))


def test_a_card_refused_on_the_page_is_not_the_end(sandbox: Sandbox) -> None:
    gateway, order = sandbox.gateway(), order_of(sek(19900))
    waiting = gateway.charge(order)

    status, page = sandbox.pay(waiting.page, "4000000000000002")
    intent = sandbox.look(waiting.reference)["payment_intent"]

    assert status == 402
    assert "Your card was declined." in page
    assert gateway.find(Sought("charge", key=order.key, reference=intent)) == waiting
    assert sandbox.pay(waiting.page)[0] == 303
    paid = gateway.find(Sought("charge", key=order.key))
    assert isinstance(paid, Outcome)
    assert (paid.state, paid.reference) == ("succeeded", intent)


def test_a_card_that_asks_its_owner_is_paid_when_he_is_there(sandbox: Sandbox) -> None:
    waiting = sandbox.gateway().charge(order_of(sek(19900)))

    asked = sandbox.pay(waiting.page, "4000002760003184")
    told = sandbox.pay(waiting.page, "4000002760003184", confirmed="on")

    assert (asked[0], told[0]) == (402, 303)
    assert len(sandbox.ledger("charge")) == 1


def test_a_page_is_too_old_after_a_day(sandbox: Sandbox) -> None:
    gateway, order = sandbox.gateway(), order_of(sek(19900))
    waiting = gateway.charge(order)

    sandbox.advance(25 * 3600)
    sandbox.wait_until(lambda: sandbox.look(waiting.reference)["status"] == "expired")
    outcome = gateway.find(Sought("charge", key=order.key))

    assert isinstance(outcome, Outcome)
    assert (outcome.state, outcome.code, outcome.is_final) == ("failed", "expired", False)


def test_an_order_of_nothing_saves_a_card_and_moves_nothing(sandbox: Sandbox) -> None:
    gateway, order = sandbox.gateway(), order_of(sek(0))

    waiting = gateway.charge(order)
    sandbox.pay(waiting.page)
    outcome = gateway.find(Sought("method", key=order.key))

    assert isinstance(outcome, Outcome)
    assert outcome.method
    assert (outcome.state, outcome.method.last4, outcome.key) == ("succeeded", "4242", order.key)
    assert gateway.find(Sought("charge", key=order.key)) == outcome
    assert gateway.find(Sought("method", reference=waiting.reference)) == outcome
    assert gateway.find(Sought("method", reference=outcome.reference)) == outcome
    assert sandbox.ledger() == []


def test_the_page_speaks_the_customers_language_where_stripe_does(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway()

    swedish = gateway.charge(order_of(sek(100), language="sv"))
    klingon = gateway.charge(order_of(sek(100), language="tlh"))

    assert sandbox.look(swedish.reference)["locale"] == "sv"
    assert sandbox.look(klingon.reference)["locale"] == "auto"


@pytest.mark.parametrize(
    ("money", "units"),
    [
        (Money(amount=500, currency="JPY"), 500),
        (Money(amount=500, currency="ISK"), 50000),
        (Money(amount=500, currency="UGX"), 50000),
        (Money(amount=5120, currency="KWD"), 5120),
        (Money(amount=999, currency="EUR"), 999),
    ],
)
def test_amounts_are_written_as_stripe_writes_them(sandbox: Sandbox, money: Money, units: int) -> None:
    outcome = sandbox.gateway().charge(saved(sandbox, "4242424242424242", money))

    assert (outcome.state, outcome.money) == ("succeeded", money)
    assert sandbox.ledger()[0]["amount"] == units


def test_a_thousandth_is_refused_before_anything_is_sent(sandbox: Sandbox) -> None:
    outcome = sandbox.gateway().charge(saved(sandbox, "4242424242424242", Money(amount=5124, currency="KWD")))

    assert (outcome.state, outcome.code, outcome.is_final) == ("failed", "not_possible", True)
    assert outcome.reason == "Stripe takes no amount that small a part of KWD."
    assert sandbox.ledger() == []


def test_a_method_that_is_not_there_is_a_final_refusal(sandbox: Sandbox) -> None:
    order = replace(saved(sandbox, "4242424242424242"), reference="pm_nobody")

    outcome = sandbox.gateway().charge(order)

    assert (outcome.state, outcome.code, outcome.is_final) == ("failed", "resource_missing", True)


def test_what_the_bank_decides_later_is_pending_until_then(sandbox: Sandbox) -> None:
    gateway, order = sandbox.gateway(), saved(sandbox, "4242424242424242")
    sandbox.fault("pending", endpoint="payment_intents", seconds=600, then="failed")

    outcome = gateway.charge(order)
    sandbox.decide(outcome.reference, "failed")
    later = gateway.find(Sought("charge", key=order.key))

    assert outcome.state == "pending"
    assert isinstance(later, Outcome)
    assert (later.state, later.code) == ("failed", "generic_decline")
    assert sandbox.ledger() == []
