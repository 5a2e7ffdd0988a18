"""Refunds over the API, through the real gateway and services: one effect for one key."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.ids import new_id
from services.billing.models import Payment, Refund
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from tests.flows.browser import Answer
from tests.flows.world import World

Ask = Callable[..., Answer]


@pytest.fixture
def payment_id(world: World) -> UUID:
    """199.00 that came through a gateway, which nobody here will ask for anything."""
    with world.databases["billing"].unit_of_work(world.command) as uow:
        items = [Item("Webbplats", 19900)]
        made = create_payment(uow, customer_id=new_id(), currency="SEK", items=items, gateway="bank")
        return complete_payment(uow, made.id, reference="ch_1").id


@pytest.fixture
def ask(world: World, payment_id: UUID) -> Ask:
    api_key = world.api_key("billing.refund")

    def send(key: str | None, amount: int = 5000, currency: str = "SEK") -> Answer:
        headers = {"Authorization": f"Bearer {api_key}"} | ({"Idempotency-Key": key} if key else {})
        body = {"amount": {"amount": amount, "currency": currency}, "reason": "API"}
        url = world.url("admin", f"/api/v1/payments/{payment_id}/refunds")
        return world.browser().send_json("POST", url, body, headers=headers)

    return send


def amounts(world: World) -> list[int]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Refund.amount)))


def test_the_same_key_twenty_times_at_once_is_one_refund_and_one_answer(world: World, ask: Ask) -> None:
    together = Barrier(20, timeout=20)

    def send(_: int) -> tuple[int, str]:
        together.wait()
        said = ask("a")
        return said.status, said.text

    with ThreadPoolExecutor(20) as pool:
        answers = Counter(pool.map(send, range(20)))

    assert amounts(world) == [5000]
    done = [answer for answer in answers if answer[0] == 202]
    assert len(done) == 1
    # Who could not wait any longer is told to come back, and nothing else.
    assert {status for status, _ in answers} <= {202, 409}


def test_what_was_asked_for_is_found_where_the_answer_says(world: World, ask: Ask) -> None:
    said = ask("a")
    key = world.api_key("billing.view")

    found = world.browser().get(
        world.url("admin", said.headers["Location"]), headers={"Authorization": f"Bearer {key}"}
    )

    assert (said.status, json.loads(found.text)["status"]) == (202, "requested")
    assert json.loads(found.text) == json.loads(said.text)


def test_without_a_key_nothing_is_given_back(world: World, ask: Ask) -> None:
    refused = ask(None)

    assert (refused.status, json.loads(refused.text)["code"]) == (400, "KeyMissing")
    assert amounts(world) == []


def test_the_key_with_another_amount_is_refused(world: World, ask: Ask) -> None:
    ask("a")

    refused = ask("a", 6000)

    assert (refused.status, json.loads(refused.text)["code"]) == (422, "KeyUsedOtherwise")
    assert amounts(world) == [5000]


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        (19901, "SEK", (409, "RefundTooLarge")),
        (100, "EUR", (409, "RefundTooLarge")),
        (0, "SEK", (422, "RefundNotPositive")),
        (-100, "SEK", (422, "RefundNotPositive")),
    ],
)
def test_what_cannot_be_given_back_is_refused_with_a_reason(
    world: World, ask: Ask, amount: int, currency: str, told: tuple[int, str]
) -> None:
    refused = ask("a", amount, currency)

    assert (refused.status, json.loads(refused.text)["code"]) == told
    with world.databases["billing"].unit_of_work(world.command) as uow:
        assert list(uow.session.scalars(select(Payment.reserved))) == [0]


def test_the_description_says_what_the_key_is_for(world: World) -> None:
    described = json.loads(world.browser().get(world.url("admin", "/api/v1/openapi.json")).text)

    operation = described["paths"]["/api/v1/payments/{payment_id}/refunds"]["post"]
    [header] = [part for part in operation["parameters"] if part["in"] == "header"]
    assert (header["name"], header["required"]) == ("Idempotency-Key", True)
    assert {"202", "400", "409", "422"} <= operation["responses"].keys()
