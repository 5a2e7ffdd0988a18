"""One's own account, in the console and on one's site: the password, the sessions, the history."""

import re

import pytest

from tests.console.people import settle
from tests.flows.browser import Answer, Browser
from tests.flows.scene import set_scene
from tests.flows.world import PASSWORD, World, sign_in

NEW = "Nordan-vind-8"
HOSTS = {"admin": ("/account", "admin@demo.example"), "bageri": ("/dashboard/account", "olle@example.com")}


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest, world: World) -> str:
    settle(world)
    world.admin()
    world.site(world.customer())
    return str(request.param)


def url(world: World, host: str, rest: str = "") -> str:
    return world.url(host, HOSTS[host][0] + rest)


def signed_in(world: World, host: str) -> Browser:
    return world.signed_in(HOSTS[host][1], host=host)


def change(
    world: World, browser: Browser, host: str, *, present: str = PASSWORD, password: str = NEW
) -> Answer:
    path = HOSTS[host][0] + "/password"
    form = browser.get(url(world, host)).form(path)
    typed = {"present": present, "password": password, "again": password}
    return browser.post(world.url(host, path), form | typed)


def is_in(world: World, browser: Browser, host: str) -> bool:
    return browser.get(url(world, host)).status == 200


def test_the_password_is_changed_and_only_this_session_goes_on(world: World, host: str):
    browser, other = signed_in(world, host), signed_in(world, host)

    answer = browser.follow(change(world, browser, host))

    assert "Your password is changed. All your other sessions have ended." in answer.text
    assert (is_in(world, browser, host), is_in(world, other, host)) == (True, False)
    door = world.url(host, "/sign-in")
    assert sign_in(world.browser(), door, HOSTS[host][1], PASSWORD).status == 401
    assert sign_in(world.browser(), door, HOSTS[host][1], NEW).status == 303


def test_what_is_wrong_is_said_beside_its_field(world: World, host: str):
    browser, other = signed_in(world, host), signed_in(world, host)

    answer = change(world, browser, host, present="wrong", password="short")

    assert answer.status == 422
    errors = re.findall(r'class="field-error" id="(\w+)-error">([^<]*)<', answer.text)
    assert errors[0] == ("present", "This is not your present password.")
    assert errors[1][0] == "password"
    assert "at least 8 characters" in errors[1][1]
    assert "three of these" in errors[1][1]
    assert (is_in(world, browser, host), is_in(world, other, host)) == (True, True)


def test_sessions_are_listed_and_ended_one_by_one_or_all_but_this(world: World, host: str):
    browsers = [signed_in(world, host) for _ in range(3)]
    mine, path = browsers[0], HOSTS[host][0] + "/sessions/end"

    shown = mine.get(url(world, host)).text
    handles = re.findall(r'name="handle" value="([0-9a-f]{64})"', shown)
    form = mine.get(url(world, host)).form(path)
    mine.post(world.url(host, path), form | {"handle": handles[0]})
    after_one = [is_in(world, browser, host) for browser in browsers]
    mine.post(world.url(host, path), form | {"handle": "others"})

    assert shown.count("This one") == 1
    assert len(handles) == 2
    assert sorted(after_one) == [False, True, True]
    assert after_one[0] is True
    assert [is_in(world, browser, host) for browser in browsers] == [True, False, False]


def test_nobody_elses_session_can_be_named(world: World, host: str):
    browser = signed_in(world, host)
    world.admin("eva@demo.example", name="Eva")
    eva = world.signed_in("eva@demo.example")
    theirs = eva.get(world.url("admin", "/account")).text
    assert "This one" in theirs
    redis = world.stack.gateway.extensions["redis"]
    handles = [key.decode().removeprefix("session:") for key in redis.scan_iter("session:*")]
    path = HOSTS[host][0] + "/sessions/end"
    form = browser.get(url(world, host)).form("/sign-out")

    for handle in handles:
        browser.post(world.url(host, path), form | {"handle": handle})

    assert eva.get(world.url("admin", "/account")).status == 200


def test_the_own_history_is_shown(world: World, host: str):
    sign_in(world.browser(), world.url(host, "/sign-in"), HOSTS[host][1], "wrong")
    browser = signed_in(world, host)

    history = browser.get(url(world, host, "/sign-ins"))
    failed = browser.get(url(world, host, "/sign-ins?result=failed"))

    assert history.text.count("<strong>") - failed.text.count("<strong>") == 1
    assert "Failed" in failed.text
    assert "127.0.0.1" in history.text


def test_an_admin_on_a_visit_has_no_account_there(world: World):
    scene = set_scene(world)
    dashboard = scene.switch()

    answers = [scene.browser.get(scene.site_url(path)) for path in
               ("/dashboard/account", "/dashboard/account/sign-ins")]  # fmt: skip
    token = dashboard.form("/switch/back")["csrf_token"]
    posted = [
        scene.browser.post(scene.site_url(f"/dashboard/account/{what}"), {"csrf_token": token})
        for what in ("password", "sessions/end")
    ]

    assert 'href="/dashboard/account"' not in dashboard.text
    assert [answer.status for answer in (*answers, *posted)] == [403] * 4


def test_the_menu_leads_to_the_account(world: World, host: str):
    start = {"admin": "/customers", "bageri": "/dashboard"}[host]

    assert f'href="{HOSTS[host][0]}"' in signed_in(world, host).get(world.url(host, start)).text


@pytest.mark.parametrize("rest", ["/password", "/sessions/end"])
def test_without_its_token_or_by_get_nothing_happens(world: World, host: str, rest: str):
    browser, other = signed_in(world, host), signed_in(world, host)
    typed = {"present": PASSWORD, "password": NEW, "again": NEW, "handle": "others"}

    refused = browser.post(url(world, host, rest), typed).status
    asked = browser.get(url(world, host, rest)).status

    assert (refused, asked) == (400, 405)
    assert is_in(world, other, host)
