"""The service over HTTP: who is let in, what it answers, and how many statements that takes."""

from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from kernel.auth import Identity
from kernel.database import Database
from kernel.events import advance
from kernel.ids import new_id
from services.customers.accounts.api_keys import create_api_key
from services.customers.models import Account, ApiKey, AuditLine
from tests.calling import Call, statements
from tests.customers.conftest import Register, make_admin, signed_in
from worker.listeners.timeline import timeline

ROUTES = (
    ("GET", "/v1/customers"),
    ("GET", f"/v1/customers/{UUID(int=1)}"),
    ("PUT", f"/v1/customers/{UUID(int=1)}/vip"),
    ("POST", f"/v1/customers/{UUID(int=1)}/clearances"),
)


@pytest.fixture
def admin(database: Database, owner: Identity) -> Identity:
    return signed_in(make_admin(database, owner))


@pytest.mark.parametrize("path", ["/v1/customers?q=asa%20berg&sort=spent&tab=vip", "/v1/customers"])
def test_the_list_takes_four_statements(
    service: Flask, call: Call, admin: Identity, register: Register, path: str
) -> None:
    register("Åsa", "Berg", is_vip=True)

    with statements(service.extensions["atoll"].database) as sent:
        answer = call(admin, "GET", path)

    assert [row["name"] for row in answer.json["items"]] == ["Åsa Berg"]
    assert len(sent) == 4


def test_the_page_takes_seven_statements(
    service: Flask, call: Call, admin: Identity, register: Register
) -> None:
    customer = register("Åsa", "Berg")

    with statements(service.extensions["atoll"].database) as sent:
        answer = call(admin, "GET", f"/v1/customers/{customer.id}")

    assert (answer.json["name"], answer.json["number"]) == ("Åsa Berg", 1)
    assert len(sent) == 7


def test_the_whole_networks_timeline_is_for_auditors_alone(
    call: Call, admin: Identity, database: Database, owner: Identity
) -> None:
    finance = signed_in(make_admin(database, owner, "finance"))
    while advance(timeline, database, database):
        pass

    told = call(admin, "GET", "/v1/timeline")
    refused = call(finance, "GET", "/v1/timeline")

    assert [line["type"] for line in told.json["items"]] == ["admin.created", "admin.created"]
    assert (refused.status_code, call(finance, "GET", f"/v1/timeline?about={new_id()}").status_code) == (
        403,
        200,
    )


def test_another_networks_customer_is_absent(call: Call, admin: Identity, database: Database) -> None:
    stranger = Identity.command(new_id())
    with database.unit_of_work(stranger) as uow:
        from services.customers.profiles.registration import register_customer

        theirs = register_customer(uow, email="x@shop.example", how="api")

    answers = [call(admin, "GET", f"/v1/customers/{an_id}") for an_id in (theirs.id, new_id())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json | {"request_id": ""} == answers[1].json | {"request_id": ""}


@pytest.mark.parametrize("changed", [{"epoch": 2}, {"is_active": False}])
def test_who_was_sent_away_is_told_that_the_session_ended(
    call: Call, admin: Identity, database: Database, owner: Identity, changed: dict[str, object]
) -> None:
    with database.unit_of_work(owner) as uow:
        uow.session.execute(update(Account).where(Account.id == admin.account_id).values(**changed))

    answer = call(admin, "GET", "/v1/customers")

    assert (answer.status_code, answer.json["code"]) == (401, "SessionEnded")


@pytest.mark.parametrize(
    ("whose", "changes"),
    [
        ("admin", {"role": "auditor"}),
        ("admin", {"is_active": False}),
        ("admin", {"epoch": 2}),
        ("customer", {"is_active": False}),
        ("customer", {"role": "administrator"}),
    ],
)
def test_a_visit_lasts_as_long_as_the_admin_may_act_as_the_customer(
    *,
    call: Call,
    admin: Identity,
    database: Database,
    owner: Identity,
    register: Register,
    whose: str,
    changes: dict[str, object],
) -> None:
    customer = register("Åsa")
    visit = Identity(
        owner.network_id, f"account:{customer.account_id}", frozenset({"own.view"}), epoch=admin.epoch,
        account_id=customer.account_id, customer_id=customer.id, impersonator=admin.account_id,
    )  # fmt: skip
    assert call(visit, "GET", "/v1/standing").status_code == 200
    changed = admin.account_id if whose == "admin" else customer.account_id
    with database.unit_of_work(owner) as uow:
        uow.session.execute(update(Account).where(Account.id == changed).values(**changes))

    assert call(visit, "GET", "/v1/standing").json["code"] == "SessionEnded"


def test_a_visitor_is_not_the_customer_being_online(
    call: Call, admin: Identity, owner: Identity, register: Register
) -> None:
    customer = register("Åsa")
    visit = Identity(
        owner.network_id, f"account:{customer.account_id}", frozenset({"own.view"}), epoch=admin.epoch,
        account_id=customer.account_id, customer_id=customer.id, impersonator=admin.account_id,
    )  # fmt: skip

    call(visit, "POST", "/v1/sightings")

    assert call(admin, "GET", "/v1/customers").json["counts"]["online"] == 0


def test_a_sighting_makes_the_customer_online_until_he_signs_out(
    call: Call, admin: Identity, database: Database, owner: Identity, register: Register
) -> None:
    customer = register("Åsa")
    with database.unit_of_work(owner) as uow:
        himself = signed_in(uow.get(Account, customer.account_id), customer)

    call(himself, "POST", "/v1/sightings")
    online = call(admin, "GET", "/v1/customers").json["counts"]["online"]
    call(himself, "POST", "/v1/sign-outs")

    assert online == 1
    assert call(admin, "GET", "/v1/customers").json["counts"]["online"] == 0


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_site_owner_reaches_no_customer(
    call: Call, database: Database, owner: Identity, register: Register, *, method: str, path: str
) -> None:
    customer = register("Åsa")
    with database.unit_of_work(owner) as uow:
        himself = signed_in(uow.get(Account, customer.account_id), customer)

    assert call(himself, method, path, json={}).status_code == 403


def test_preferences_are_kept_beside_those_there_are(call: Call, admin: Identity) -> None:
    call(admin, "PUT", "/v1/standing/preferences", json={"preferences": {"customers.layout": "table"}})
    call(admin, "PUT", "/v1/standing/preferences", json={"preferences": {"customers.limit": "50"}})

    assert call(admin, "GET", "/v1/standing").json["preferences"] == {
        "customers.layout": "table",
        "customers.limit": "50",
    }


def test_marking_a_vip_is_audited_once(
    call: Call, admin: Identity, database: Database, owner: Identity, register: Register
) -> None:
    customer = register("Åsa")

    for _ in range(2):
        call(admin, "PUT", f"/v1/customers/{customer.id}/vip", json={"is_vip": True})

    with database.unit_of_work(owner) as uow:
        lines = uow.session.scalars(select(AuditLine).where(AuditLine.object_id == customer.id)).all()
    assert [(line.actor, line.action) for line in lines] == [(admin.actor, "customer marked vip")]
    assert call(admin, "GET", f"/v1/customers/{customer.id}").json["version"] == 2


def test_an_api_key_is_good_until_it_is_revoked(
    call: Call, owner: Identity, database: Database, register: Register
) -> None:
    register("Åsa")
    gateway = Identity.gateway(owner.network_id)
    with database.unit_of_work(owner) as uow:
        key = create_api_key(uow, name="shop", scopes=["customers.view"])
    proof = {"key_hash": sha256(key.encode()).hexdigest()}

    standing = call(gateway, "POST", "/v1/api-keys/proofs", json=proof).json
    bearer = replace(
        gateway, actor=f"api-key:{standing['key_id']}", key_id=UUID(standing["key_id"]),
        permissions=frozenset(standing["permissions"]),
    )  # fmt: skip
    before = call(bearer, "GET", "/v1/customers").status_code
    with database.unit_of_work(owner) as uow:
        uow.session.execute(update(ApiKey).values(revoked_at=uow.now))

    assert (standing["permissions"], before) == (["customers.view"], 200)
    assert call(bearer, "GET", "/v1/customers").json["code"] == "SessionEnded"
    assert call(gateway, "POST", "/v1/api-keys/proofs", json=proof).status_code == 401


def test_a_global_search_finds_nothing_without_a_word(
    call: Call, admin: Identity, register: Register
) -> None:
    register("Åsa")

    assert call(admin, "GET", "/v1/search?q=-").json == {"items": []}
    assert [hit["title"] for hit in call(admin, "GET", "/v1/search?q=asa").json["items"]] == ["Åsa"]
