"""The public REST API: keys, scopes, problems, cursors, and its own description."""

import json

import pytest
from sqlalchemy import update

from kernel import clock
from services.customers.models import ApiKey
from tests.flows.browser import Answer
from tests.flows.stack import Stack
from tests.flows.world import World, make_world


def call(world: World, path: str, key: str, host: str = "admin") -> Answer:
    return world.browser().get(world.url(host, f"/api/v1{path}"), headers={"Authorization": f"Bearer {key}"})


def revoke_all(world: World) -> None:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        uow.session.execute(update(ApiKey).values(revoked_at=clock.now()))


def test_a_key_reads_customers_page_by_page(world: World):
    for number in range(5):
        world.customer(f"c{number}@example.com")
    key = world.api_key("customers.view")
    found, after = [], ""

    for _ in range(3):
        page = json.loads(call(world, f"/customers?limit=2{after}", key).text)
        found += [row["email"] for row in page["items"]]
        after = f"&after={page['after']}"

    assert sorted(found) == [f"c{number}@example.com" for number in range(5)]
    assert page["after"] is None


def test_one_customer_and_what_belongs_to_him(world: World):
    owner = world.customer()
    site_id = world.site(owner)
    key, base = world.api_key(), f"/customers/{owner.customer_id}"

    paths = [base, f"{base}/timeline", f"{base}/billing", f"{base}/sites", f"/sites/{site_id}", "/network"]

    assert [call(world, path, key).status for path in paths] == [200] * 6
    assert json.loads(call(world, base, key).text)["email"] == owner.email


@pytest.mark.parametrize("path", ["/customers", "/network"])
def test_a_revoked_key_stops_working_at_once(world: World, path: str):
    key = world.api_key()
    before = call(world, path, key)

    revoke_all(world)
    after = call(world, path, key)

    assert (before.status, after.status) == (200, 401)
    assert after.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "given", [{}, {"Authorization": "Bearer atoll_unknown"}, {"Authorization": "Basic eDp5"}]
)
def test_without_a_good_key_nothing_is_answered(world: World, given):
    answer = world.browser().get(world.url("admin", "/api/v1/customers"), headers=given)

    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.text)["request_id"] == answer.headers["X-Request-Id"]


def test_a_session_is_no_key(world: World):
    world.admin()

    assert world.signed_in().get(world.url("admin", "/api/v1/customers")).status == 401


def test_a_scope_that_is_lacking_is_named(world: World):
    answer = call(world, "/network", world.api_key("customers.view"))

    assert answer.status == 403
    assert "sites.view" in json.loads(answer.text)["detail"]


def test_a_key_is_good_in_its_own_network_only(world: World, stack: Stack, databases):
    other = make_world(stack, databases)
    key = world.api_key()

    assert call(world, "/customers", key).status == 200
    assert call(other, "/customers", key).status == 401


def test_another_networks_customer_looks_like_none(world: World, stack: Stack, databases):
    other = make_world(stack, databases)
    owner, key = other.customer(), world.api_key()

    foreign = json.loads(call(world, f"/customers/{owner.customer_id}", key).text)
    absent = json.loads(call(world, f"/customers/{world.network_id}", key).text)

    assert foreign["status"] == absent["status"] == 404
    assert {**foreign, "request_id": ""} == {**absent, "request_id": ""}


def test_what_is_not_valid_is_named_by_field(world: World):
    answer = call(world, "/customers?limit=1000&sort=shoe", world.api_key())

    assert answer.status == 422
    assert {field["field"] for field in json.loads(answer.text)["fields"]} == {"limit", "sort"}


def test_there_is_no_api_on_a_site(world: World):
    world.site(world.customer())

    assert call(world, "/customers", world.api_key(), host="bageri").status == 404


def test_a_key_is_limited_by_itself(settings, databases):
    stack = Stack(settings, api_limit="2 per minute")
    stack.start()
    try:
        world = make_world(stack, databases)
        key, other = world.api_key(), world.api_key()
        statuses = [call(world, "/customers", given).status for given in (key, key, key, other)]
    finally:
        stack.stop()

    assert statuses == [200, 200, 429, 200]


def test_the_description_names_every_operation_and_only_what_it_defines(world: World, stack: Stack):
    answer = world.browser().get(world.url("admin", "/api/v1/openapi.json"))
    described = json.loads(answer.text)

    assert described["openapi"] == "3.1.0"
    served = {
        rule.endpoint for rule in stack.gateway.url_map.iter_rules() if rule.endpoint.startswith("api.")
    }
    named = {operation["operationId"] for path in described["paths"].values() for operation in path.values()}
    assert {f"api.{name}" for name in named} == served
    references = {part.split('"')[0] for part in answer.text.split('"#/components/schemas/')[1:]}
    assert references <= described["components"]["schemas"].keys()


def test_the_docs_page_loads_nothing_from_elsewhere(world: World):
    page = world.browser().get(world.url("admin", "/api/docs"))

    assert page.status == 200
    assert "http" not in page.text.replace("http-equiv", "").replace('rel="', "").partition("</head>")[0]
