"""Messages of Stripe's: whose they are, how old, and what they are about."""

import json
from typing import Any

import pytest

from kernel import clock
from kernel.contracts.plugins import Notice, Sought, WebhookNotValid
from sandbox.payments.delivery import signature
from services.billing.payment_gateways.stripe.config import StripeConfig
from services.billing.payment_gateways.stripe.gateway import StripeGateway

SECRET = "whsec_of_a_test"
VECTOR = "939411f43abe15284f0fa962622ab91d463a7bd54e483577900235631e5e516d"
OURS = {"metadata": {"atoll_key": "charge:1", "payment": "42"}}

SETUP = {"object": "checkout.session", "id": "cs_1", "mode": "setup"} | OURS
REFUND = {"object": "refund", "id": "re_1", "charge": "ch_1"} | OURS
DISPUTE = {"object": "dispute", "id": "du_1", "payment_intent": "pi_1"}


@pytest.fixture
def gateway() -> StripeGateway:
    return StripeGateway(StripeConfig.model_validate({"secret_key": "sk_test_x", "webhook_secret": SECRET}))


def message(**thing: Any) -> bytes:
    return json.dumps({"id": "evt_1", "object": "event", "type": "any", "data": {"object": thing}}).encode()


def signed(body: bytes, *, age: int = 0, secret: str = SECRET) -> dict[str, str]:
    return {"Stripe-Signature": signature(body, int(clock.now().timestamp()) - age, secret)}


def test_the_signature_is_stripes_own(gateway: StripeGateway) -> None:
    """Made with OpenSSL: printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_of_a_test."""
    assert signature(b"{}", 1_700_000_000, SECRET) == f"t=1700000000,v1={VECTOR}"


@pytest.mark.parametrize(
    ("thing", "about"),
    [
        ({"object": "payment_intent", "id": "pi_1"} | OURS, Sought("charge", "charge:1", "pi_1")),
        (
            {"object": "checkout.session", "id": "cs_1", "mode": "payment"} | OURS,
            Sought("charge", "charge:1", "cs_1"),
        ),
        (
            {"object": "checkout.session", "id": "cs_1", "mode": "setup"} | OURS,
            Sought("method", "charge:1", "cs_1"),
        ),
        ({"object": "setup_intent", "id": "seti_1"} | OURS, Sought("method", "charge:1", "seti_1")),
        ({"object": "payment_method", "id": "pm_1"}, Sought("method", "", "pm_1")),
        (
            {"object": "refund", "id": "re_1", "payment_intent": "pi_1", "charge": "ch_1", "metadata": {}},
            Sought("refund", "", "re_1", "pi_1"),
        ),
        (
            {"object": "refund", "id": "re_1", "charge": "ch_1"} | OURS,
            Sought("refund", "charge:1", "re_1", "ch_1"),
        ),
        (
            {"object": "dispute", "id": "du_1", "payment_intent": "pi_1"},
            Sought("dispute", "", "du_1", "pi_1"),
        ),
    ],
)
def test_a_message_says_what_to_look_up(gateway: StripeGateway, thing: dict[str, Any], about: Sought) -> None:
    body = message(**thing)

    assert gateway.read_webhook(signed(body), body) == [Notice("evt_1", about)]


@pytest.mark.parametrize(
    "thing",
    [
        {"object": "payment_intent", "id": "pi_1", "metadata": {}},
        {"object": "checkout.session", "id": "cs_1", "mode": "payment", "metadata": None},
        {"object": "setup_intent", "id": "seti_1"},
        {"object": "payout", "id": "po_1", **OURS},
        {},
    ],
)
def test_what_is_none_of_ours_or_moves_nothing_is_passed_over(
    gateway: StripeGateway, thing: dict[str, Any]
) -> None:
    body = message(**thing)

    assert gateway.read_webhook(signed(body), body) == []


BODY = message(object="dispute", id="du_1", payment_intent="pi_1")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        ({"Stripe-Signature": "t=1,v1=abc"}, BODY),
        ({"Stripe-Signature": "nonsense"}, BODY),
        (signed(BODY, secret="whsec_other"), BODY),
        (signed(BODY, age=301), BODY),
        (signed(BODY), BODY + b" "),
        (signed(b"no json"), b"no json"),
        (signed(b"\xff"), b"\xff"),
    ],
    ids=["unsigned", "made up", "nonsense", "another's", "too old", "changed", "no message", "no text"],
)
def test_a_message_that_is_not_stripes_is_refused(
    gateway: StripeGateway, headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(WebhookNotValid, match="This is no message of Stripe's, or it is too old"):
        gateway.read_webhook(headers, body)


def test_a_message_may_be_as_old_as_five_minutes_and_carry_two_signatures(gateway: StripeGateway) -> None:
    header = signed(BODY, age=290)["Stripe-Signature"]
    at, right = header.split(",")

    assert gateway.read_webhook({"stripe-signature": f"{at},v1={'0' * 64},{right}"}, BODY) != []


def test_without_a_signing_secret_nothing_is_believed() -> None:
    gateway = StripeGateway(StripeConfig.model_validate({"secret_key": "sk_test_x"}))

    with pytest.raises(WebhookNotValid):
        gateway.read_webhook(signed(BODY, secret=""), BODY)
