"""Stripe's bad days: nothing is ever moved twice, and nothing is called certain that is not."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from kernel.contracts.plugins import GatewayAway, Order, Outcome, Sought
from services.billing.payment_gateways.stripe.config import StripeConfig
from services.billing.payment_gateways.stripe.gateway import StripeGateway
from tests.billing.conftest import sek
from tests.billing.test_stripe_charges import saved
from tests.billing.test_stripe_refunds import charged, refund_of
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]


@pytest.fixture
def order(sandbox: Sandbox) -> Order:
    return refund_of(charged(sandbox), 4000)


def found(sandbox: Sandbox, order: Order) -> Outcome | None:
    outcome = sandbox.gateway().find(Sought("refund", key=order.key, charge=order.reference))
    assert outcome is None or isinstance(outcome, Outcome)
    return outcome


@pytest.mark.parametrize("kind", ["drop", "500_after"])
def test_a_refund_whose_answer_is_lost_is_unknown_and_found_by_its_key(
    sandbox: Sandbox, order: Order, kind: str
) -> None:
    sandbox.fault(kind, endpoint="refunds", times=1)

    outcome = sandbox.gateway().refund(order)
    later = found(sandbox, order)

    assert (outcome.state, outcome.key, outcome.reference) == ("unknown", order.key, "")
    assert later
    assert (later.state, later.money) == ("succeeded", sek(4000))
    assert len(sandbox.ledger("refund")) == 1


def test_a_refund_that_is_sent_again_after_a_lost_answer_is_the_same(sandbox: Sandbox, order: Order) -> None:
    sandbox.fault("drop", endpoint="refunds", times=1)
    sandbox.gateway().refund(order)

    again = sandbox.gateway().refund(order)

    assert again.state == "succeeded"
    assert [line["reference"] for line in sandbox.ledger("refund")] == [again.reference]


def test_an_error_that_stripe_keeps_under_the_key_stays_unknown_but_is_found(
    sandbox: Sandbox, order: Order
) -> None:
    sandbox.fault("500_after", endpoint="refunds", times=1)
    first = sandbox.gateway().refund(order)

    again = sandbox.gateway().refund(order)

    assert (first.state, again.state) == ("unknown", "unknown")
    assert found(sandbox, order) is not None
    assert len(sandbox.ledger("refund")) == 1


@pytest.mark.parametrize(("kind", "code"), [("500_before", ""), ("429", "rate_limit")])
def test_what_was_turned_away_is_surely_not_there_and_may_be_sent_again(
    sandbox: Sandbox, order: Order, kind: str, code: str
) -> None:
    sandbox.fault(kind, endpoint="refunds", times=1)

    outcome = sandbox.gateway().refund(order)

    assert (outcome.state, outcome.code) == ("unknown", code)
    assert found(sandbox, order) is None
    assert sandbox.gateway().refund(order).state == "succeeded"
    assert len(sandbox.ledger("refund")) == 1


def test_the_same_key_at_work_elsewhere_is_unknown_and_refunds_once(sandbox: Sandbox, order: Order) -> None:
    sandbox.fault("delay", endpoint="refunds", seconds=1, times=1)

    with ThreadPoolExecutor(2) as pool:
        both = [outcome.state for outcome in pool.map(lambda _: sandbox.gateway().refund(order), range(2))]

    assert sorted(both) == ["succeeded", "unknown"]
    assert len(sandbox.ledger("refund")) == 1


def test_the_same_key_with_another_amount_is_unknown_not_refused(sandbox: Sandbox, order: Order) -> None:
    sandbox.gateway().refund(order)

    outcome = sandbox.gateway().refund(replace(order, money=sek(100)))

    assert outcome.state == "unknown"
    assert len(sandbox.ledger("refund")) == 1


def test_a_charge_whose_answer_is_lost_is_found_by_its_key(sandbox: Sandbox) -> None:
    order = saved(sandbox, "4242424242424242")
    sandbox.fault("drop", endpoint="payment_intents", times=1)

    outcome = sandbox.gateway().charge(order)
    later = sandbox.gateway().find(Sought("charge", key=order.key))

    assert outcome.state == "unknown"
    assert isinstance(later, Outcome)
    assert later.state == "succeeded"
    assert len(sandbox.ledger("charge")) == 1


def test_a_question_without_an_answer_is_no_answer(sandbox: Sandbox, order: Order) -> None:
    sandbox.fault("500_before", method="GET")

    for sought in (Sought("refund", key=order.key), Sought("charge", reference=order.reference)):
        with pytest.raises(GatewayAway):
            sandbox.gateway().find(sought)


def test_a_page_that_is_lost_in_the_middle_of_the_list_is_no_answer(sandbox: Sandbox, order: Order) -> None:
    sandbox.fault("drop", method="GET", times=1)

    with pytest.raises(GatewayAway):
        list(sandbox.gateway().movements(*sandbox.day()))


def test_a_key_that_is_not_accepted_moves_nothing_and_says_where_to_look(
    sandbox: Sandbox, order: Order
) -> None:
    settings = sandbox.settings | {"secret_key": "sk_test_other"}
    gateway = StripeGateway(StripeConfig.model_validate(settings))

    outcome = gateway.refund(order)

    assert (outcome.state, outcome.code, outcome.is_final) == ("failed", "key_refused", False)
    assert outcome.reason == "Stripe does not accept the secret key: see the settings of the gateway."
    with pytest.raises(GatewayAway):
        gateway.find(Sought("refund", key=order.key))
    assert sandbox.ledger("refund") == []


def test_nobody_there_is_unknown(sandbox: Sandbox, order: Order) -> None:
    settings = sandbox.settings | {"api_base": "http://127.0.0.1:9"}

    outcome = StripeGateway(StripeConfig.model_validate(settings)).refund(order)

    assert outcome.state == "unknown"


def test_of_an_answer_that_is_not_stripes_nothing_is_told(sandbox: Sandbox) -> None:
    settings = sandbox.settings | {"api_base": sandbox.url}
    sandbox.fault("nonsense", method="GET")

    with pytest.raises(GatewayAway, match=r"^Stripe gave no answer that can be read\.$"):
        StripeGateway(StripeConfig.model_validate(settings)).find(Sought("charge", reference="pi_1"))
