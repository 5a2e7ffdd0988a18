"""The gateway against somebody else's reading of Stripe: localstripe, for what that one can do.

It has no pages to pay on, no disputes, and takes no notice of keys; those are tried on our own provider.
GPL: a process of its own, never imported.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from kernel.contracts.plugins import Order, Outcome, Sought
from kernel.embedded.redis import free_port
from kernel.ids import new_id
from services.billing.payment_gateways.stripe.config import StripeConfig
from services.billing.payment_gateways.stripe.gateway import StripeGateway
from tests.background import wait_until
from tests.billing.conftest import sek

SECRET = "sk_test_localstripe"
HTTP = urllib3.PoolManager(retries=False, timeout=5)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, log = free_port(), tmp_path_factory.mktemp("localstripe") / "log"
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=log.parent)
    try:
        wait_until(lambda: answers(port), seconds=30, what=f"localstripe ({Path(log).read_text()})")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        HTTP.request("GET", f"http://127.0.0.1:{port}/")
    except urllib3.exceptions.HTTPError:
        return False
    return True


@pytest.fixture
def gateway(url: str) -> StripeGateway:
    return StripeGateway(StripeConfig.model_validate({"secret_key": SECRET, "api_base": url}))


def post(url: str, path: str, **fields: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {SECRET}"}
    answer = HTTP.request("POST", f"{url}/v1/{path}", fields=fields, encode_multipart=False, headers=headers)
    assert answer.status == 200, answer.data
    made: dict[str, Any] = answer.json()
    return made


def saved(url: str, number: str) -> Order:
    customer = post(url, "customers", email="ebba@example.org")["id"]
    card = {"card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123"}
    method = post(url, "payment_methods", type="card", **card)["id"]
    post(url, f"payment_methods/{method}/attach", customer=customer)
    return Order(
        key=f"charge:{new_id()}",
        reference=method,
        money=sek(19900),
        customer=customer,
        labels={"payment": "42"},
    )


def test_a_saved_card_is_charged_and_looked_up(url: str, gateway: StripeGateway) -> None:
    order = saved(url, "4242424242424242")

    outcome = gateway.charge(order)

    assert (outcome.state, outcome.money, outcome.key) == ("succeeded", sek(19900), order.key)
    assert outcome.labels == {"payment": "42"}
    looked_up = gateway.find(Sought("charge", reference=outcome.reference))
    assert isinstance(looked_up, Outcome)
    assert (looked_up.state, looked_up.reference) == ("succeeded", outcome.reference)


def test_a_card_that_is_declined_when_it_is_charged_is_refused(url: str, gateway: StripeGateway) -> None:
    outcome = gateway.charge(saved(url, "4000000000000341"))

    assert (outcome.state, outcome.code, outcome.is_final) == ("failed", "card_declined", False)


def test_a_part_is_given_back_and_looked_up(url: str, gateway: StripeGateway) -> None:
    charge = gateway.charge(saved(url, "4242424242424242")).reference
    order = Order(key=f"refund:{new_id()}", reference=charge, money=sek(4000))

    outcome = gateway.refund(order)

    assert (outcome.state, outcome.money, outcome.key) == ("succeeded", sek(4000), order.key)
    looked_up = gateway.find(Sought("refund", reference=outcome.reference))
    assert isinstance(looked_up, Outcome)
    assert (looked_up.state, looked_up.key) == ("succeeded", order.key)
