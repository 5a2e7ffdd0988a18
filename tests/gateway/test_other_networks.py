"""What another network has looks like what nobody has: on every route, with every kind of id there is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import text

from gateway.routing import ADMIN
from kernel.database import Database
from kernel.ids import new_id
from tests.console.people import member, paid, product, settle, troubles, vip
from tests.flows.browser import Answer, Browser
from tests.flows.stack import Stack
from tests.flows.world import World, make_world
from tests.snapshot import snapshot

ARGUMENT = re.compile(r"<uuid:([a-z_]+)>")
TABLES_WITH_IDS = text("""
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'id' AND data_type = 'uuid' ORDER BY table_name
""")
CHANGING = re.compile(r'name="csrf_token" value="[^"]*"|[?&]after=[^"&]*|\d+ milliseconds')
OF_THE_GATEWAY_ALONE = {
    "switch_to.hand_over"
}  # a ticket is told to the session that ordered it, and no other


@dataclass(frozen=True)
class Route:
    """A route with an id in its path, and one method of it."""

    endpoint: str
    method: str
    rule: str

    def path(self, identifier: UUID) -> str:
        """Return the path with this id in every place; other places get a word."""
        return re.sub(r"<[^>]*>", "x", ARGUMENT.sub(str(identifier), self.rule))


def routes_with_ids(stack: Stack) -> list[Route]:
    found = [
        Route(rule.endpoint, method, rule.rule)
        for rule in stack.gateway.url_map.iter_rules()
        if rule.host == ADMIN and ARGUMENT.search(rule.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]
    assert len(found) > 30
    return [route for route in found if route.endpoint not in OF_THE_GATEWAY_ALONE]


def ids_of(databases: dict[str, Database], network_id: UUID) -> Iterator[UUID]:
    """Return an id out of every table that has ids, of this network."""
    for database in databases.values():
        with database.across_networks("ids for a test") as session:
            for table in session.scalars(TABLES_WITH_IDS).all():
                one = text(f"SELECT id FROM {table} WHERE network_id = :network LIMIT 1")
                found = session.scalar(one, {"network": network_id})
                if found is not None:
                    yield found


@pytest.fixture
def foreign(world: World) -> World:
    """Another network of the same installation, with something of everything in it."""
    other = make_world(world.stack, world.databases)
    other.admin("somebody@else.example")
    owner = other.customer("their@customer.example")
    other.site(owner, "theirs")
    vip(other, owner)
    member(other, owner, product(other, "Bas", 100))
    paid(other, owner, 100, back=10)
    other.api_key("all")
    troubles(other)
    settle(other)
    return other


@pytest.fixture
def own(world: World) -> Browser:
    world.admin()
    return world.signed_in()


def said(answer: Answer, identifier: UUID) -> tuple[int, str]:
    """Return status and body, without the id that was asked for and what is another on every answer."""
    body = answer.text.replace(str(identifier), "ID")
    return answer.status, CHANGING.sub("", re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "REQUEST", body))


def test_every_page_and_form_answers_the_same_for_another_networks_id_and_for_nobodys(
    world: World, stack: Stack, foreign: World, own: Browser
):
    csrf = own.get(world.url("admin", "/customers")).form("/sign-out")["csrf_token"]
    theirs = list(dict.fromkeys(ids_of(world.databases, foreign.network_id)))
    before = snapshot(world.databases, foreign.network_id)

    def ask(route: Route, identifier: UUID) -> Answer:
        address = world.url("admin", route.path(identifier))
        if route.method == "GET":
            return own.get(address)
        return own.post(address, {"csrf_token": csrf})

    for route in routes_with_ids(stack):
        if route.endpoint.startswith("api."):
            continue
        # What a form of the route before has left to be told is told now, and not on the pages compared.
        own.get(world.url("admin", "/customers"))
        nobodys = new_id()
        absent = said(ask(route, nobodys), nobodys)
        assert absent[0] < 500, route
        for identifier in theirs:
            assert said(ask(route, identifier), identifier) == absent, (route, identifier)

    assert snapshot(world.databases, foreign.network_id) == before


def test_every_operation_answers_the_same_for_another_networks_id_and_for_nobodys(
    world: World, stack: Stack, foreign: World
):
    world.admin()
    key = {"Authorization": f"Bearer {world.api_key('all')}", "If-Match": '"1"'}
    theirs = list(dict.fromkeys(ids_of(world.databases, foreign.network_id)))
    before = snapshot(world.databases, foreign.network_id)

    for route in routes_with_ids(stack):
        if not route.endpoint.startswith("api."):
            continue

        def ask(identifier: UUID, route: Route = route) -> Answer:
            address = world.url("admin", route.path(identifier))
            return world.browser().send_json(route.method, address, {}, headers=key)

        nobodys = new_id()
        absent = said(ask(nobodys), nobodys)
        assert absent[0] < 500, route
        for identifier in theirs:
            assert said(ask(identifier), identifier) == absent, (route, identifier)

    assert snapshot(world.databases, foreign.network_id) == before
