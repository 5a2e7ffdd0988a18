"""What payment gateways send, at the door that is open to all: kept once, believed by its signature alone."""

import json
from typing import Any

import pytest
from limits import parse
from sqlalchemy import select

from kernel import clock
from kernel.config import Settings
from kernel.contracts.gateways import GatewayEdit
from kernel.sealing import Sealer
from sandbox.payments.delivery import WEBHOOK_SECRET, signature
from services.billing.gateways.configured import Gateways
from services.billing.gateways.settings import change_gateway
from services.billing.models import GatewayMessage
from tests.billing.test_stripe_charges import saved
from tests.flows.browser import Answer
from tests.flows.world import World
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

PATH = "/webhooks/payments/stripe"


@pytest.fixture(autouse=True)
def stripe(world: World) -> None:
    """The network has an account at Stripe."""
    secrets = {"secret_key": "sk_test_sandbox", "webhook_secret": WEBHOOK_SECRET}
    edit = GatewayEdit(version=1, is_enabled=True, is_default=False, values={}, secrets=secrets)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        change_gateway(uow, gateways(world.stack.settings), "stripe", edit)


def gateways(settings: Settings) -> Gateways:
    return Gateways(Sealer(settings))


def message(number: int = 1, **thing: Any) -> bytes:
    about = {"object": "payment_intent", "id": "pi_1", "metadata": {"atoll_key": "charge:1"}} | thing
    return json.dumps({"id": f"evt_{number}", "object": "event", "data": {"object": about}}).encode()


def send(
    world: World, body: bytes, *, secret: str = WEBHOOK_SECRET, age: int = 0, path: str = PATH
) -> Answer:
    at = int(clock.now().timestamp()) - age
    headers = {"Content-Type": "application/json", "Stripe-Signature": signature(body, at, secret)}
    return world.browser().send_body(world.url("admin", path), body, headers)


def kept(world: World) -> list[tuple[str, str, str, str]]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        rows = uow.session.scalars(select(GatewayMessage).order_by(GatewayMessage.external_id))
        return [(row.external_id, row.kind, row.key, row.reference) for row in rows]


def test_a_message_is_kept_once_however_often_it_comes(world: World) -> None:
    answers = [send(world, message()) for _ in range(3)]

    assert [(answer.status, answer.text) for answer in answers] == [(200, "kept\n")] * 3
    assert kept(world) == [("evt_1", "charge", "charge:1", "pi_1")]


def test_nothing_that_it_claims_is_kept(world: World) -> None:
    send(world, message(amount=12345, status="succeeded", customer_email="ebba@example.org"))

    with world.databases["billing"].unit_of_work(world.command) as uow:
        row = uow.session.scalars(select(GatewayMessage)).one()
        columns = {column.name: str(getattr(row, column.name)) for column in GatewayMessage.__table__.columns}
    assert not [value for value in columns.values() if "12345" in value or "ebba" in value]


@pytest.mark.parametrize("wrong", [{"secret": "whsec_other"}, {"age": 301}], ids=["another's", "too old"])
def test_a_message_that_is_not_the_gateways_is_refused(world: World, wrong: dict[str, Any]) -> None:
    answer = send(world, message(), **wrong)

    assert (answer.status, answer.text) == (400, "The message has no valid signature, or is too old.\n")
    assert kept(world) == []


def test_what_is_none_of_ours_is_answered_well_and_not_kept(world: World) -> None:
    answer = send(world, message(metadata={}))

    assert answer.status == 200
    assert kept(world) == []


@pytest.mark.parametrize("name", ["manual", "paypal", "..%2f..%2fcustomers"])
def test_a_gateway_that_listens_to_nobody_keeps_nothing(world: World, name: str) -> None:
    answer = send(world, message(), path=f"/webhooks/payments/{name}")

    assert answer.status in ({200} if name == "manual" else {404})
    assert kept(world) == []


def test_another_networks_message_is_none_of_this_one(world: World) -> None:
    other = world.url("admin", PATH).replace(world.domain, "nobody.localhost")
    body = message()
    headers = {"Stripe-Signature": signature(body, int(clock.now().timestamp()))}

    assert world.browser().send_body(other, body, headers).status == 404
    assert kept(world) == []


def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    answer = send(world, message(filler="x" * 600_000))

    assert answer.status == 413
    assert kept(world) == []


def test_a_sites_host_takes_no_messages(world: World) -> None:
    world.site(world.customer())
    body = message()
    headers = {"Stripe-Signature": signature(body, int(clock.now().timestamp()))}

    answer = world.browser().send_body(world.url("bageri", PATH), body, headers)

    assert answer.status in {400, 404, 405}
    assert kept(world) == []


def test_who_sends_too_often_is_told_when_to_come_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.stack.gateway.extensions["limits"], "webhooks", parse("2 per minute"))

    answers = [send(world, message(number)) for number in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) <= 60
    assert len(kept(world)) == 2


def test_the_provider_itself_reaches_the_door_by_the_networks_name(world: World, sandbox: Sandbox) -> None:
    sandbox.send_webhooks_to(world.url("admin", PATH))

    outcome = sandbox.gateway().charge(saved(sandbox, "4242424242424242"))
    sandbox.wait_until(lambda: kept(world) != [])

    assert [(kind, name) for _id, kind, _key, name in kept(world)] == [("charge", outcome.reference)]


def test_while_billing_is_away_the_sender_is_asked_to_send_again(world: World) -> None:
    billing = world.stack.served["billing"]
    billing.stop()
    refused = send(world, message())
    billing.start()

    assert refused.status == 503
    assert kept(world) == []
