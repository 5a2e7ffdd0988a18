"""What an admin may do on a visit stands at every route; the routes are enumerated, and each is tried."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from gateway.routing import SITE
from kernel.auth import Identity, Signer
from kernel.contracts.access import SITE_OWNER, VISITOR
from kernel.ids import new_id
from kernel.visiting import NothingChanges
from kernel.web import OPEN
from services.sites.models import Visit
from tests.calling import caller
from tests.conftest import GATEWAY_PRIVATE
from tests.console.people import member, paid, product, settle
from tests.flows.scene import Scene, set_scene
from tests.flows.stack import SERVICES, Stack
from tests.flows.world import World
from tests.gateway.test_other_networks import ids_of
from tests.snapshot import snapshot

MARKS = {"read", "act", "never"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
ENDS_THE_VISIT = {"arrival.back", "site_sign_in.leave"}
NEVER = {
    "customers": {
        "accounts.sign_out", "accounts.change_preferences", "accounts.note_sighting", "assistance.allow",
        "credentials.show_own_sign_ins", "credentials.change_password",
        *(f"second_factors.{name}" for name in ("show", "begin", "confirm", "renew_codes", "remove")),
    },
    "billing": {
        f"billing.{name}"
        for name in (
            "make_own_page", "look_at_own_page", "own_payment_methods", "choose_own_payment_method",
            "remove_own_payment_method", "own_card_page", "make_own_card_page", "look_at_own_card_page",
        )
    },
    "sites": {"switch.own_log"},
}  # fmt: skip
"""What stays the owner's own on any visit: his sign-in, second factor, consent and ways to pay."""


def service_routes(stack: Stack) -> list[tuple[str, Rule, object]]:
    """Return every route of the services, with its view."""
    found = []
    for name in SERVICES:
        app: Flask = stack.served[name].app
        for rule in app.url_map.iter_rules():
            if rule.endpoint not in OPEN and rule.endpoint != "static":
                found.append((name, rule, app.view_functions[rule.endpoint]))
    return found


def site_routes(stack: Stack) -> list[tuple[Rule, object]]:
    """Return every route that answers on the hosts of sites, with its view."""
    app = stack.gateway
    rules = [rule for rule in app.url_map.iter_rules() if rule.host == SITE and rule.endpoint != "static"]
    return [(rule, app.view_functions[rule.endpoint]) for rule in rules]


def methods_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & METHODS)


def test_every_route_that_a_site_owner_may_use_is_marked_and_no_other_opens_for_a_visit(stack: Stack):
    routes = service_routes(stack)
    assert len(routes) > 150

    for name, rule, view in routes:
        needed, mark = set(getattr(view, "needs", ())), getattr(view, "visit", None)
        if needed & SITE_OWNER:
            assert mark in MARKS, f"Mark {name} {rule.endpoint}: what may be done with it on a visit?"
        else:
            assert mark is None, f"No visit holds a permission for {name} {rule.endpoint}."


def test_what_is_never_done_in_anothers_place_is_marked_so(stack: Stack):
    marked = {
        (name, rule.endpoint): getattr(view, "visit", None) for name, rule, view in service_routes(stack)
    }
    for name, endpoints in NEVER.items():
        for endpoint in endpoints & {known for service, known in marked if service == name}:
            assert marked[name, endpoint] == "never", endpoint
    sign_in = [mark for (name, endpoint), mark in marked.items() if endpoint.startswith("second_factors.")]
    assert sign_in
    assert not {"read", "act"} & set(sign_in)


def test_every_route_on_the_host_of_a_site_is_marked(stack: Stack):
    routes = site_routes(stack)
    assert len(routes) > 20

    for rule, view in routes:
        assert getattr(view, "visit", None) in MARKS, f"Mark {rule.endpoint} {rule.rule}."


def test_what_reads_is_asked_for_and_what_acts_is_sent(stack: Stack):
    for name, rule, view in service_routes(stack):
        if getattr(view, "visit", None) == "read":
            assert methods_of(rule) == ["GET"], f"{name} {rule.endpoint} only reads, so nobody posts to it."


@pytest.fixture
def scene(world: World) -> Scene:
    """An owner with something of everything, and an admin beside him."""
    made = set_scene(world)
    member(world, made.owner, product(world, "Bas", 100))
    paid(world, made.owner, 100)
    settle(world)
    return made


def visit_of(scene: Scene) -> Visit:
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        return uow.session.scalars(select(Visit).order_by(Visit.started_at.desc())).first()


def visitor(scene: Scene) -> Identity:
    """The admin on his visit, as the gateway signs for him."""
    visit = visit_of(scene)
    return Identity(
        network_id=scene.world.network_id,
        actor=f"account:{visit.account_id}",
        permissions=VISITOR[visit.mode],
        account_id=visit.account_id,
        customer_id=visit.customer_id,
        impersonator=visit.admin_id,
        epoch=1,
        visit_id=visit.id,
    )


def call_everything(scene: Scene, who: Identity) -> dict[str, int]:
    """Call every route of every service in this name, with every id there is; return the worst answers."""
    ids = [str(one) for one in dict.fromkeys(ids_of(scene.world.databases, scene.world.network_id))]
    answers: dict[str, int] = {}
    for name, rule, view in service_routes(scene.world.stack):
        call = caller(scene.world.stack.served[name].app, Signer("gateway", GATEWAY_PRIVATE))
        reaches = bool(set(getattr(view, "needs", ())) & SITE_OWNER)
        for identifier in ids if reaches and "<uuid" in rule.rule else ids[:1]:
            path = re.sub(r"<[^>]*>", "x", re.sub(r"<uuid:[^>]*>", identifier, rule.rule))
            for method in methods_of(rule):
                body = {"title": "x", "markdown": "x", "version": 1} if method in {"PUT", "POST"} else {}
                route = f"{method} {name}{rule.rule}"
                status = call(who, method, path, json=body).status_code
                answers[route] = min(answers.get(route, 999), status)
    return answers


def test_who_only_looks_changes_no_row_and_publishes_no_event_by_whatever_he_calls(scene: Scene):
    scene.switch(mode="look")
    who = visitor(scene)
    settle(scene.world)
    before = snapshot(scene.world.databases, scene.world.network_id)

    answers = call_everything(scene, who)

    assert snapshot(scene.world.databases, scene.world.network_id) == before
    assert answers["GET sites/v1/own/sites/<uuid:site_id>"] == 200
    assert answers["PUT sites/v1/own/sites/<uuid:site_id>/pages/<uuid:page_id>"] == 403
    done = [route for route, status in answers.items() if status < 400 and not route.startswith("GET")]
    assert done == []


def test_who_acts_changes_what_is_marked_so_and_nothing_else(scene: Scene):
    scene.switch(mode="act")
    who = visitor(scene)

    answers = call_everything(scene, who)

    marks = {
        f"{method} {name}{rule.rule}": getattr(view, "visit", None)
        for name, rule, view in service_routes(scene.world.stack)
        for method in methods_of(rule)
    }
    opened = {route for route, status in answers.items() if status not in {403, 404}}
    assert {marks[route] for route in opened} == {"read", "act"}


def test_who_only_looks_changes_nothing_by_whatever_form_of_a_site_he_sends(scene: Scene):
    dashboard = scene.switch(mode="look")
    token = {"csrf_token": dashboard.form("/switch/back")["csrf_token"], "title": "x", "markdown": "x",
             "version": "1"}  # fmt: skip
    ids = list(dict.fromkeys(ids_of(scene.world.databases, scene.world.network_id)))
    settle(scene.world)
    before = snapshot(scene.world.databases, scene.world.network_id)

    statuses = set()
    for rule, _view in site_routes(scene.world.stack):
        if rule.endpoint in ENDS_THE_VISIT:
            continue
        for identifier in ids if "<uuid" in rule.rule else ids[:1]:
            url = scene.site_url(re.sub(r"<[^>]*>", "x", re.sub(r"<uuid:[^>]*>", str(identifier), rule.rule)))
            for method in methods_of(rule):
                answer = scene.browser.get(url) if method == "GET" else scene.browser.post(url, token)
                statuses.add(answer.status)

    assert snapshot(scene.world.databases, scene.world.network_id) == before
    assert not {status for status in statuses if status >= 500}
    assert scene.browser.get(scene.site_url("/dashboard")).status == 200


def test_postgresql_itself_refuses_who_only_looks(scene: Scene):
    scene.switch(mode="look")

    with (
        pytest.raises(NothingChanges, match="to look only"),
        scene.world.databases["sites"].unit_of_work(visitor(scene)) as uow,
    ):
        uow.session.execute(update(Visit).values(cause="expired", ended_at=uow.now))


def test_who_only_looks_is_offered_nothing_to_change(scene: Scene):
    dashboard = scene.switch(mode="look")

    page = scene.browser.get(scene.site_url(f"/dashboard/pages/{new_id()}"))

    assert "Nothing can be changed." in dashboard.text
    assert "/dashboard/pages/" not in dashboard.text
    assert (page.status, "You are here to look only" in page.text) == (403, True)


@pytest.mark.parametrize("path", ["", "/visits", "/sign-ins"])
def test_the_owners_account_is_nobody_elses(scene: Scene, path: str):
    scene.switch()

    answer = scene.browser.get(scene.site_url(f"/dashboard/account{path}"))

    assert (answer.status, "Switch back first" in answer.text) == (403, True)
    assert scene.browser.get(scene.site_url("/dashboard")).status == 200
