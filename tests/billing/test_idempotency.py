"""A key makes of many sendings one effect and one answer, however they come."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, Response, request
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from kernel import clock
from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts.access import ROLES
from kernel.contracts.money import Money
from kernel.database import Database, UnitOfWork
from kernel.errors import Conflict
from kernel.ids import new_id
from kernel.web import answer, needs
from services.billing import idempotency
from services.billing.api.once import once
from services.billing.app import create_app
from services.billing.idempotency import KEPT, sweep_keys
from services.billing.models import IdempotencyKey, Payment
from services.billing.payments.lifecycle import create_payment
from services.billing.payments.lines import Item
from tests.billing.conftest import Open
from tests.calling import caller

Ask = Callable[..., TestResponse]


@needs("billing.edit")
@once
def ask_for_money(uow: UnitOfWork, customer_id: UUID) -> Response:
    """A view as those of the service: it makes a payment, and says of how much."""
    wanted = request.get_json()["amount"]
    payment = create_payment(uow, customer_id=customer_id, currency="SEK", items=[Item("Bas", wanted)])
    if wanted == 13:
        raise Conflict("Nobody pays thirteen.")
    return answer(Money(amount=payment.number, currency="SEK"), 201)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    made = create_app(settings)
    made.add_url_rule("/v1/test/<uuid:customer_id>", view_func=ask_for_money, methods=["POST"])
    return made


@pytest.fixture
def finance(network: UUID) -> Identity:
    return Identity(network, f"account:{new_id()}", ROLES["finance"])


@pytest.fixture
def ask(app: Flask, signer: Signer, finance: Identity, customer_id: UUID) -> Ask:
    def send(key: str | None, amount: int = 100, *, by: Identity = finance, to: UUID = customer_id) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        body = {"amount": amount}
        return caller(app, signer)(by, "POST", f"/v1/test/{to}", headers=headers, json=body)

    return send


@pytest.fixture
def made(opened: Open) -> Callable[[], int]:
    """Return how many payments there are."""

    def count() -> int:
        with opened() as uow:
            return uow.session.scalar(select(func.count()).select_from(Payment)) or 0

    return count


def make_old(opened: Open, key: str) -> None:
    too_old = clock.now() - KEPT - timedelta(seconds=1)
    with opened() as uow:
        uow.session.execute(
            update(IdempotencyKey).where(IdempotencyKey.key == key).values(created_at=too_old)
        )


def test_what_is_sent_again_is_answered_again_and_not_done_again(ask: Ask, made: Callable[[], int]) -> None:
    first, second = ask("a"), ask("a")

    assert (first.status_code, first.json["amount"]) == (201, 1)
    assert (second.status_code, second.data, second.content_type) == (201, first.data, "application/json")
    assert made() == 1


def test_another_key_is_another_request(ask: Ask, made: Callable[[], int]) -> None:
    assert [ask("a").json["amount"], ask("b").json["amount"]] == [1, 2]
    assert made() == 2


def test_of_twenty_at_once_one_is_carried_out_and_all_get_its_answer(
    ask: Ask, made: Callable[[], int]
) -> None:
    together = Barrier(20, timeout=20)

    def send(_: int) -> tuple[int, bytes]:
        together.wait()
        said = ask("a")
        return said.status_code, said.data

    with ThreadPoolExecutor(20) as pool:
        answers = Counter(pool.map(send, range(20)))

    [(status, body)] = answers
    assert (status, json.loads(body)["amount"]) == (201, 1)
    assert made() == 1


@pytest.mark.parametrize("other", ["body", "address"])
def test_another_request_with_the_key_is_refused(ask: Ask, made: Callable[[], int], other: str) -> None:
    ask("a")

    said = ask("a", amount=101) if other == "body" else ask("a", to=new_id())

    assert (said.status_code, said.json["code"]) == (422, "KeyUsedOtherwise")
    assert made() == 1


def test_without_a_key_nothing_is_done(ask: Ask, made: Callable[[], int]) -> None:
    said = ask(None)

    assert (said.status_code, said.json["code"]) == (400, "KeyMissing")
    assert made() == 0


@pytest.mark.parametrize("key", ["x" * 256, "å", "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(ask: Ask, made: Callable[[], int], key: str) -> None:
    assert ask(key).status_code == 422
    assert made() == 0


def test_a_key_belongs_to_who_sent_it(ask: Ask, finance: Identity, made: Callable[[], int]) -> None:
    colleague = replace(finance, actor=f"account:{new_id()}")

    assert [ask("a").json["amount"], ask("a", by=colleague).json["amount"]] == [1, 2]
    assert made() == 2


def test_another_network_has_its_own_keys(ask: Ask, finance: Identity) -> None:
    elsewhere = replace(finance, network_id=new_id())

    assert [ask("a").status_code, ask("a", amount=7, by=elsewhere).status_code] == [201, 201]


def test_what_was_refused_leaves_its_key_free(ask: Ask, made: Callable[[], int]) -> None:
    refused, then = ask("a", amount=13), ask("a", amount=14)

    assert (refused.status_code, then.status_code) == (409, 201)
    assert made() == 1


def test_a_replay_takes_the_permission_too(ask: Ask, finance: Identity) -> None:
    ask("a")

    assert ask("a", by=replace(finance, permissions=ROLES["auditor"])).status_code == 403


def test_who_cannot_wait_any_longer_is_told_when_to_come_back(
    ask: Ask, opened: Open, finance: Identity, billing: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "PATIENCE", 0.05)
    begun, over = Event(), Event()

    def take_long() -> idempotency.Answer:
        begun.set()
        over.wait(20)
        return idempotency.Answer(201, "{}")

    def hold() -> None:
        with billing.unit_of_work(finance) as uow:
            idempotency.once(uow, "a", "another hash", take_long)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        begun.wait(20)
        said = ask("a")
        over.set()
        holding.result()

    assert (said.status_code, said.json["code"]) == (409, "RequestUnderWay")
    assert said.headers["Retry-After"] == "1"


def test_after_48_hours_a_key_is_a_new_one(ask: Ask, made: Callable[[], int], opened: Open) -> None:
    ask("a"), ask("young")
    make_old(opened, "a")

    assert ask("a", amount=5).json["amount"] == 3
    assert made() == 3


def test_what_is_too_old_is_swept(ask: Ask, opened: Open, billing: Database) -> None:
    ask("old"), ask("young")
    make_old(opened, "old")

    assert sweep_keys(billing) >= 1

    with opened() as uow:
        assert list(uow.session.scalars(select(IdempotencyKey.key))) == ["young"]
