"""The history of sign-ins, page by page, and when somebody last went."""

from datetime import UTC, datetime, timedelta

import pytest

from kernel.auth import Identity
from kernel.ids import new_id
from services.customers.models import Account, Customer, SignInAttempt
from services.customers.sign_ins.first_step import authenticate, sign_out
from tests.calling import Call
from tests.customers.conftest import PASSWORD, Register, credentials, make_admin, signed_in

BEGAN = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def customer(register: Register) -> Customer:
    return register("Åsa", email="asa@shop.example")


@pytest.fixture
def admin(database, owner) -> Identity:
    return signed_in(make_admin(database, owner))


def attempt(database, owner, customer, count, *, at=None):
    with database.unit_of_work(owner) as uow:
        for number in range(count):
            uow.add(
                SignInAttempt(
                    id=new_id(), account_id=customer.account_id, at=at or BEGAN + timedelta(minutes=number),
                    door="site", ip=f"192.0.2.{number}", country="SE", device="Firefox 139, Linux",
                    succeeded=number % 3 == 0,
                )
            )  # fmt: skip


def read_all(call, asking, path, **query):
    """Read every page and return the attempts and how many pages they took."""
    items, pages, after = [], 0, None
    while pages == 0 or after:
        answer = call(asking, "GET", path, query_string={**query, **({"after": after} if after else {})})
        assert answer.status_code == 200, answer.text
        items, pages, after = items + answer.json["items"], pages + 1, answer.json["after"]
    return items, pages


@pytest.mark.parametrize("at", [None, BEGAN])
def test_every_attempt_is_on_one_page_newest_first(database, owner, customer, admin, call: Call, *, at):
    attempt(database, owner, customer, 25, at=at)

    items, pages = read_all(call, admin, f"/v1/customers/{customer.id}/sign-ins", limit=10)

    assert pages == 3
    assert len({item["ip"] for item in items}) == 25
    assert [item["at"] for item in items] == sorted((item["at"] for item in items), reverse=True)
    told = {name: value for name, value in items[0].items() if name in {"door", "country", "device"}}
    assert told == {"door": "site", "country": "SE", "device": "Firefox 139, Linux"}


@pytest.mark.parametrize(("result", "count"), [("all", 25), ("succeeded", 9), ("failed", 16)])
def test_the_result_is_filtered(database, owner, customer, admin, call: Call, *, result, count):
    attempt(database, owner, customer, 25)

    items, _ = read_all(call, admin, f"/v1/customers/{customer.id}/sign-ins", limit=10, result=result)

    assert len(items) == count


@pytest.mark.parametrize("query", [{"after": "x"}, {"result": "maybe"}, {"limit": 101}])
def test_a_wrong_question_is_refused(customer, admin, call: Call, query):
    answer = call(admin, "GET", f"/v1/customers/{customer.id}/sign-ins", query_string=query)

    assert (answer.status_code, [field["field"] for field in answer.json["fields"]]) == (422, list(query))


def test_somebody_reads_his_own_and_nobody_elses(database, owner, customer, register, call: Call):
    other = register("Bo")
    attempt(database, owner, customer, 2)
    attempt(database, owner, other, 3)
    with database.unit_of_work(owner) as uow:
        account = uow.get(Account, customer.account_id)

    own, _ = read_all(call, signed_in(account, customer), "/v1/own/sign-ins")
    refused = call(signed_in(account, customer), "GET", f"/v1/customers/{other.id}/sign-ins")

    assert (len(own), refused.status_code) == (2, 403)


def test_an_attempt_at_an_account_that_is_not_there_is_not_kept(owner, customer, admin, call: Call):
    gateway = Identity.gateway(owner.network_id)
    call(gateway, "POST", "/v1/sign-ins", json={
        "login": "nobody@shop.example", "password": "x", "door": "admin", "ip": "192.0.2.1",
    })  # fmt: skip

    assert read_all(call, admin, f"/v1/customers/{customer.id}/sign-ins")[0] == []


def test_signing_out_is_remembered_and_makes_offline_at_once(
    database, owner, customer, admin, call, *, listing
):
    gateway = Identity.gateway(owner.network_id)
    given = credentials("asa@shop.example", PASSWORD, door="site", customer_id=str(customer.id))
    authenticate(database, gateway, given)
    with database.unit_of_work(owner) as uow:
        account = uow.get(Account, customer.account_id)
    modified_at = account.modified_at
    assert listing().counts.online == 1

    with database.unit_of_work(signed_in(account, customer)) as uow:
        sign_out(uow)
        now = uow.now

    shown = call(admin, "GET", f"/v1/customers/{customer.id}").json
    history = call(admin, "GET", f"/v1/customers/{customer.id}/sign-ins").json
    assert listing().counts.online == 0
    assert datetime.fromisoformat(shown["last_sign_out_at"]) == now
    assert datetime.fromisoformat(history["last_sign_out_at"]) == now
    assert shown["is_online"] is False
    with database.unit_of_work(owner) as uow:
        assert uow.get(Account, customer.account_id).modified_at == modified_at
