"""Signing in and out, on the admin host and on a site's."""

import re

import pytest

from gateway.sessions import handle_of, key_of
from tests.flows.browser import Browser
from tests.flows.stack import Stack
from tests.flows.world import PASSWORD, World, make_world, sign_in

COOKIE = "atoll-admin"


def test_an_admin_signs_in_and_sees_the_customers(world: World):
    world.admin()
    browser = world.browser()

    answer = sign_in(browser, world.url("admin", "/sign-in"), "admin@demo.example")

    assert (answer.status, answer.headers["Location"]) == (303, "/")
    page = browser.follow(answer)
    assert (page.status, page.url) == (200, world.url("admin", "/customers"))


def test_an_owner_signs_in_on_his_own_site_only(world: World):
    owner, other = world.customer(), world.customer("eva@example.com", "Eva")
    world.site(owner)
    world.site(other, "butik")

    own = sign_in(world.browser(), world.url("bageri", "/sign-in"), owner.email)
    foreign = sign_in(world.browser(), world.url("butik", "/sign-in"), owner.email)
    console = sign_in(world.browser(), world.url("admin", "/sign-in"), owner.email)

    assert (own.status, own.headers["Location"]) == (303, "/dashboard")
    assert (foreign.status, console.status) == (401, 401)


def test_nobody_signs_in_on_a_site_without_an_owner(world: World):
    owner = world.customer()
    world.site(None, "tom")

    assert sign_in(world.browser(), world.url("tom", "/sign-in"), owner.email).status == 401


def test_unknown_and_wrong_get_the_same_answer(world: World):
    world.admin()
    url = world.url("admin", "/sign-in")

    unknown = sign_in(world.browser(), url, "nobody@demo.example", "wrong")
    wrong = sign_in(world.browser(), url, "admin@demo.example", "wrong")

    assert (unknown.status, wrong.status) == (401, 401)
    assert plain(unknown.text, "nobody@demo.example") == plain(wrong.text, "admin@demo.example")
    assert unknown.headers.keys() == wrong.headers.keys()


def plain(page: str, login: str) -> str:
    """Return a page without the form's token and what was typed."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page).replace(login, "")


def test_the_session_gets_a_new_secret_at_sign_in_and_at_sign_out(world: World):
    world.admin()
    browser = world.browser()
    url = world.url("admin", "/sign-in")
    browser.get(url)
    before = browser.cookie(url, COOKIE)

    sign_in(browser, url, "admin@demo.example")
    during = browser.cookie(url, COOKIE)
    page = browser.get(world.url("admin", "/customers"))
    browser.post(world.url("admin", "/sign-out"), page.form("/sign-out"))
    after = browser.cookie(url, COOKIE)

    assert len({before, during, after}) == 3
    for old in (before, during):
        thief = Browser(world.stack.port, cookies={f"admin.{world.domain}": {COOKIE: old}})
        assert thief.get(world.url("admin", "/customers")).status == 303


def test_redis_keeps_those_who_signed_in_longer_than_those_who_did_not(world: World):
    world.admin()
    redis = world.stack.gateway.extensions["redis"]
    host = f"admin.{world.domain}"
    stranger = world.browser()
    stranger.get(world.url("admin", "/sign-in"))

    lives = [
        redis.ttl(key_of(handle_of(host, browser.cookies[host][COOKIE])))
        for browser in (stranger, world.signed_in())
    ]

    assert 29 * 60 < lives[0] <= 30 * 60
    assert 119 * 60 < lives[1] <= 120 * 60


def test_a_secret_that_somebody_made_up_is_not_taken_over(world: World):
    world.admin()
    browser = world.browser()
    url = world.url("admin", "/sign-in")
    browser.cookies[f"admin.{world.domain}"] = {COOKIE: "made-up-by-an-attacker"}

    sign_in(browser, url, "admin@demo.example")

    assert browser.cookie(url, COOKIE) != "made-up-by-an-attacker"


@pytest.mark.parametrize(
    "tamper",
    [
        lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"),
        lambda c: c + "x",
        lambda c: "",
        str.swapcase,
        lambda c: "../" + c,
        lambda c: "*",
        lambda c: c + "|" + c,
    ],
)
def test_a_tampered_cookie_is_nobody(world: World, tamper):
    world.admin()
    browser = world.signed_in()
    jar = browser.cookies[f"admin.{world.domain}"]
    jar[COOKIE] = tamper(jar[COOKIE])
    jar["remember_token"] = "1|forged"

    assert browser.get(world.url("admin", "/customers")).location == world.url(
        "admin", "/sign-in?next=/customers"
    )


def test_a_session_of_one_network_is_nobody_in_another(world: World, stack: Stack, databases):
    other = make_world(stack, databases)
    world.admin()
    browser = world.signed_in()
    browser.cookies[f"admin.{other.domain}"] = dict(browser.cookies[f"admin.{world.domain}"])

    assert browser.get(other.url("admin", "/customers")).status == 303


def test_the_cookie_is_for_this_host_and_out_of_reach_of_scripts(world: World):
    answer = world.browser().get(world.url("admin", "/sign-in"))

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("atoll-admin=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_the_page_asked_for_is_shown_after_signing_in(world: World):
    world.admin()
    browser = world.browser()

    asked = browser.get(world.url("admin", "/customers?tab=vip"))
    answer = sign_in(browser, asked.location, "admin@demo.example")

    assert answer.headers["Location"] == "/customers?tab=vip"


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x", "evil"],
)
def test_signing_in_leads_to_no_other_host(world: World, target: str):
    world.admin()

    answer = sign_in(world.browser(), world.url("admin", "/sign-in"), "admin@demo.example", next=target)

    assert answer.headers["Location"] == "/"


def test_a_demoted_admin_is_signed_out_at_the_next_request(world: World):
    admin_id = world.admin()
    owner = world.customer()
    browser = world.signed_in()
    page = browser.get(world.url("admin", f"/customers/{owner.customer_id}"))
    token = page.form("/sign-out")["csrf_token"]

    world.change_account(admin_id, role="auditor")
    answer = browser.post(
        world.url("admin", f"/customers/{owner.customer_id}/vip"), {"csrf_token": token, "is_vip": "true"}
    )

    assert answer.location == world.url("admin", "/sign-in")
    again = world.signed_in().get(world.url("admin", f"/customers/{owner.customer_id}"))
    assert (again.status, "pill-vip" in again.text) == (200, False)


@pytest.mark.parametrize("changes", [{"is_active": False}, {"epoch": 7}])
@pytest.mark.parametrize("path", ["/customers", "/search?q=a"])
def test_a_session_that_has_ended_leads_to_sign_in_and_says_so(world: World, changes, path):
    admin_id = world.admin()
    browser = world.signed_in()

    world.change_account(admin_id, **changes)
    answer = browser.get(world.url("admin", path))

    assert answer.status == 303
    assert "You have been signed out. Please sign in again." in browser.follow(answer).text


def test_htmx_is_sent_to_sign_in_with_the_whole_page(world: World):
    answer = world.browser().get(world.url("admin", "/customers"), headers={"HX-Request": "true"})

    assert (answer.status, answer.headers["HX-Redirect"]) == (401, "/sign-in")


@pytest.fixture
def strict(settings, databases):
    """A gateway that allows three tries."""
    started = Stack(settings, sign_in_limit="3 per minute")
    started.start()
    yield started
    started.stop()


def test_too_many_tries_are_refused_by_account_and_by_address(strict: Stack, databases):
    world = make_world(strict, databases)
    url = world.url("admin", "/sign-in")

    statuses = [sign_in(world.browser(), url, "admin@demo.example", "wrong").status for _ in range(4)]
    other = sign_in(world.browser(), url, "somebody.else@demo.example", PASSWORD)

    assert statuses == [401, 401, 401, 429]
    assert other.status == 429
    assert 1 <= int(other.headers["Retry-After"]) <= 60
