"""Forgot your password: from either door over the mailed link to a new password, and nothing given away."""

import re

import pytest
from sqlalchemy import func, select

from services.customers.accounts import one_time_tokens
from services.customers.models import LinkRequest, Mail
from tests.console.people import settle
from tests.flows.browser import Answer, Browser
from tests.flows.stack import Stack
from tests.flows.world import PASSWORD, Owner, World, make_world, sign_in

NEW = "Nordan-vind-8"


@pytest.fixture
def owner(world: World) -> Owner:
    settle(world)
    made = world.customer()
    world.site(made)
    return made


def token_of(world: World, owner: Owner) -> str:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return one_time_tokens.issue(uow, owner.account_id, "reset")


def ask(world: World, browser: Browser, email: str) -> Answer:
    form = browser.get(world.url("admin", "/forgot-password")).form("/forgot-password")
    return browser.post(world.url("admin", "/forgot-password"), form | {"email": email})


def open_link(world: World, browser: Browser, token: str) -> Answer:
    return browser.get(world.url("admin", f"/links/reset?token={token}"))


def set_password(world: World, browser: Browser, token: str, password: str = NEW, again: str = "") -> Answer:
    form = open_link(world, browser, token).form("/links/reset")
    typed = {"password": password, "again": again or password}
    return browser.post(world.url("admin", "/links/reset"), form | typed)


def signs_in(world: World, owner: Owner, password: str) -> bool:
    return sign_in(world.browser(), world.url("bageri", "/sign-in"), owner.email, password).status == 303


def wishes(world: World) -> int:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return uow.session.scalar(select(func.count()).select_from(LinkRequest)) or 0


@pytest.mark.parametrize("host", ["admin", "bageri"])
def test_either_door_leads_to_the_form(world: World, owner: Owner, host: str):
    door = world.browser().get(world.url(host, "/sign-in"))

    found = re.search(r'href="([^"]*/forgot-password)"', door.text)

    assert found
    where = found.group(1) if "://" in found.group(1) else world.url(host, found.group(1))
    assert where == world.url("admin", "/forgot-password")
    assert "Forgot your password?" in door.text


def test_a_known_and_an_unknown_address_get_the_same_page(world: World, owner: Owner):
    pages = [ask(world, world.browser(), email) for email in (owner.email, "nobody@example.com")]

    assert [page.status for page in pages] == [200, 200]
    assert "If there is an account with this address" in pages[0].text
    assert pages[0].text == pages[1].text
    assert pages[0].headers.keys() == pages[1].headers.keys()
    assert wishes(world) == 2


def test_the_link_sets_a_password_and_leads_to_the_own_door(world: World, owner: Owner):
    browser, token = world.browser(), token_of(world, owner)
    old = world.signed_in(owner.email, host="bageri")

    answer = browser.follow(set_password(world, browser, token))

    assert answer.url == world.url("admin", "/links/reset/done")
    assert f'href="{world.url("bageri", "/sign-in")}"' in answer.text
    assert (signs_in(world, owner, NEW), signs_in(world, owner, PASSWORD)) == (True, False)
    assert old.get(world.url("bageri", "/dashboard")).status == 303
    gone = open_link(world, world.browser(), token)
    assert (gone.status, "This link has been used or is too old." in gone.text) == (404, True)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        assert list(uow.session.scalars(select(Mail.template).where(Mail.to == owner.email)))[-1] == (
            "password_changed"
        )


def test_opening_the_link_changes_nothing_and_tells_nobody(world: World, owner: Owner):
    token = token_of(world, owner)

    shown = [open_link(world, world.browser(), token) for _ in range(10)]

    assert {page.status for page in shown} == {200}
    assert owner.email in shown[0].text
    assert shown[0].headers["Referrer-Policy"] == "no-referrer"
    assert shown[0].headers["Cache-Control"] == "no-store"
    assert signs_in(world, owner, PASSWORD)


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "A password needs at least 8 characters."),
        ("short", "short", "A password needs three of these"),
        ("Olle@example.com", "Olle@example.com", "must not hold the e-mail address or the username."),
        ("Password1!", "Password1!", "one of those that are guessed first."),
        (NEW, "Nordan-vind-9", "The two passwords are not the same."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_the_link_stays_good(
    world: World, owner: Owner, *, password: str, again: str, sentence: str
):
    browser, token = world.browser(), token_of(world, owner)

    refused = set_password(world, browser, token, password, again)

    assert refused.status == 422
    assert re.search(r'class="field-error"[^>]*>[^<]*' + re.escape(sentence), refused.text)
    assert f'value="{password}"' not in refused.text
    assert refused.form("/links/reset")["token"] == token
    assert set_password(world, browser, token).status == 303


@pytest.mark.parametrize("token", ["", "x", "y" * 5000, "\x00", "../../etc"])
def test_what_is_no_link_offers_a_new_one(world: World, token: str):
    answer = world.browser().get(world.url("admin", f"/links/reset?token={token}"))

    assert answer.status == 404
    assert "Send me a link" in answer.text


def test_without_its_token_a_form_does_nothing(world: World, owner: Owner):
    token = token_of(world, owner)
    answer = world.browser().post(
        world.url("admin", "/links/reset"), {"token": token, "password": NEW, "again": NEW}
    )

    assert answer.status == 400
    assert signs_in(world, owner, PASSWORD)


def test_another_networks_link_is_absent(world: World, owner: Owner, stack: Stack, databases):
    other = make_world(stack, databases)

    assert open_link(other, other.browser(), token_of(world, owner)).status == 404


def test_an_admin_is_led_to_the_administration(world: World):
    settle(world)
    admin_id = world.admin()
    browser = world.browser()
    token = token_of(world, Owner(admin_id, admin_id, "admin@demo.example"))

    answer = browser.follow(set_password(world, browser, token))

    assert 'href="/sign-in"' in answer.text
    assert sign_in(world.browser(), world.url("admin", "/sign-in"), "admin@demo.example", NEW).status == 303


@pytest.fixture
def strict(settings):
    started = Stack(settings, links_limit="2 per hour")
    started.start()
    yield started
    started.stop()


def test_asking_too_often_is_refused_whatever_the_address(strict: Stack, databases):
    world = make_world(strict, databases)

    statuses = [ask(world, world.browser(), f"{name}@example.com").status for name in ("a", "b", "c")]

    assert statuses == [200, 200, 429]
