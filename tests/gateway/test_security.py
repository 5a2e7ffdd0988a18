"""What holds for every route, enumerated from the application and not listed by hand."""

import re
from uuid import UUID

import pytest

from gateway.routing import ADMIN, SITE, is_local_path
from tests.flows.stack import Stack
from tests.flows.world import World, make_world
from tests.snapshot import snapshot

ID = UUID(int=7)
NOT_BY_COOKIE = {
    "arrival.arrive", "arrival.arrive_again",  # guarded by the cookie of hop 2
    "webhooks.receive",  # guarded by the sender's signature
}  # fmt: skip
OPEN_TO_ALL = {
    "static", "healthz", "readyz", "metrics", "appearance", "console.front",
    "sign_in.show", "sign_in.enter", "sign_in.leave", "api_docs.openapi", "api_docs.show",
    "site_sign_in.show", "site_sign_in.enter", "site_sign_in.leave", "public.show",
    "resets.forgot", "resets.show", "resets.done",
    "links.show", "links.verify", "links.done", "links.ask_again", "brand.sheet",
    "pay_links.show", "pay_links.wait", "pay_links.back",
    "card_links.show", "card_links.wait", "card_links.back",
    "arrival.prepare", "arrival.arrive", "arrival.arrive_again", "arrival.back",
    "console.invitations.show",
}  # fmt: skip


def path_of(rule: str) -> str:
    """Return a path that fits: an id for an id, the first of a few words, else any word."""
    chosen = re.sub(r"<any\(([a-z_]+)[^>]*>", r"\1", rule)
    return re.sub(r"<uuid:[a-z_]+>", str(ID), re.sub(r"<(?!uuid)[^>]*>", "x", chosen))


def routes(stack: Stack, host: str, method: str) -> list[tuple[str, str]]:
    """Return endpoint and path of every route of a host that takes the method."""
    found = [
        (rule.endpoint, path_of(rule.rule))
        for rule in stack.gateway.url_map.iter_rules()
        if rule.host == host and method in (rule.methods or ())
    ]
    assert found
    return found


@pytest.fixture
def people(world: World):
    """Somebody signed in on each of the two kinds of host."""
    world.admin()
    owner = world.customer()
    world.site(owner)
    return {
        ADMIN: ("admin", world.signed_in()),
        SITE: ("bageri", world.signed_in(owner.email, host="bageri")),
    }


def token_of_another_session(world: World, host: str) -> str:
    """Return the token of a form that is good, but for the browser of somebody else."""
    page = world.browser().get(world.url(host, "/sign-in"))
    return page.form("/sign-in")["csrf_token"]


@pytest.mark.parametrize("kind", [ADMIN, SITE])
def test_no_form_is_taken_without_its_token(world: World, stack: Stack, people, kind: str):
    host, browser = people[kind]
    stale = {"csrf_token": "IjAi.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"}
    somebody_elses = {"csrf_token": token_of_another_session(world, host)}
    before = snapshot(world.databases, world.network_id)

    for endpoint, path in routes(stack, kind, "POST"):
        if endpoint in NOT_BY_COOKIE:
            continue
        for form in ({}, stale, somebody_elses):
            answer = browser.post(world.url(host, path), form)
            if endpoint.startswith("api."):  # a session opens nothing there, so no form can use it
                assert (answer.status, endpoint) == (401, endpoint)
                continue
            assert (answer.status, endpoint) == (400, endpoint)
            assert "This form is too old" in answer.text
    assert snapshot(world.databases, world.network_id) == before
    still_signed_in = browser.get(world.url(host, "/customers" if kind == ADMIN else "/dashboard"))
    assert still_signed_in.status == 200


@pytest.mark.parametrize("kind", [ADMIN, SITE])
def test_what_takes_forms_alone_answers_405_to_get(world: World, stack: Stack, people, kind: str):
    host, browser = people[kind]
    readable = {path for _, path in routes(stack, kind, "GET")}
    marker = {path for endpoint, path in routes(stack, kind, "GET") if endpoint.endswith(".get")}

    for _, path in routes(stack, kind, "POST"):
        if path not in readable or path in marker:
            answer = browser.get(world.url(host, path))
            allowed = set(answer.headers["Allow"].split(", ")) - {"OPTIONS", "DELETE"}
            assert (answer.status, allowed) == (405, {"POST"}), path


@pytest.mark.parametrize("kind", [ADMIN, SITE])
def test_every_page_wants_somebody_signed_in_unless_it_is_open_to_all(
    world: World, stack: Stack, people, kind
):
    host, _ = people[kind]

    for endpoint, path in routes(stack, kind, "GET"):
        answer = world.browser().get(world.url(host, path))
        if endpoint.startswith("api."):
            assert answer.status == 401
        elif endpoint not in OPEN_TO_ALL and not endpoint.endswith(".get"):
            assert (answer.status, endpoint) == (303, endpoint)
            assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/customers", "/no-such-page", "/sign-in", "/static/none.js"])
def test_every_answer_is_guarded(world: World, path: str):
    world.admin()

    headers = world.signed_in().get(world.url("admin", path)).headers

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in headers
    assert path.startswith("/static") or headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["admin", "bageri"])
def test_pages_hold_no_inline_script_or_style(world: World, people, host: str):
    browser = people[ADMIN if host == "admin" else SITE][1]
    pages = ["/customers", "/no-such-page", "/api/docs"] if host == "admin" else ["/", "/dashboard"]

    for path in pages:
        text = browser.get(world.url(host, path)).text
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son[a-z]+=\"|\sstyle=\"", text), path


def test_behind_tls_cookies_and_headers_say_so(settings, databases):
    stack = Stack(settings, https=True, public_port=None, trusted_proxies=1)
    stack.start()
    try:
        world = make_world(stack, databases)
        answer = world.browser().get(
            world.url("admin", "/sign-in"),
            headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"},
        )
    finally:
        stack.stop()

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-atoll-admin=")
    assert "Secure" in cookie.split("; ")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_outside_localhost_a_cookie_goes_over_tls_or_not_at_all(world: World, databases):
    far = make_world(world.stack, databases, under="example")

    cookie = far.browser().get(far.url("admin", "/sign-in")).headers["Set-Cookie"]

    assert cookie.startswith("__Host-atoll-admin=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize("target", ["/", "/customers?tab=vip&q=a", "/a/b-c_d.e"])
def test_a_path_of_this_host_is_local(target: str):
    assert is_local_path(target)


@pytest.mark.parametrize(
    "target", ["", "a", "//a", "/\\a", "/a\\b", "http://a", "/a b", "/\n/a", "/" + "a" * 300, "\\/a"]
)
def test_what_may_lead_elsewhere_is_not_local(target: str):
    assert not is_local_path(target)
