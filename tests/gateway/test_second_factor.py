"""Signing in with two steps, and what the half of it opens: nothing."""

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from gateway.sessions import handle_of, key_of
from kernel import clock
from kernel.sealing import Sealer
from services.customers.accounts import factors
from services.customers.models import Account, Network, SecondFactor
from tests.console.people import settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import PASSWORD, World, sign_in
from tests.gateway.test_sign_in import COOKIE, plain

OWN = "/account/second-factor"


def set_up(world: World, email: str = "admin@demo.example") -> pyotp.TOTP:
    """Give an admin a second factor, of which no code has been used."""
    sealer = Sealer(world.stack.settings)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        account = uow.session.scalars(select(Account).where(Account.email == email)).one()
        made = SecondFactor(account_id=account.id, secret=factors.new_secret(account.id, sealer))
        made.created_at = made.confirmed_at = uow.now
        uow.add(made)
        return pyotp.TOTP(factors.open_secret(made, sealer))


def require(world: World) -> None:
    settle(world)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        uow.session.scalars(select(Network)).one().requires_second_factor = True


def half(world: World, email: str = "admin@demo.example") -> Browser:
    """Return a browser in which the password was right and the code is still to come."""
    browser = world.browser()
    answer = sign_in(browser, world.url("admin", "/sign-in"), email)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in/code")
    return browser


def code_page(world: World, browser: Browser, code: str, host: str = "admin") -> Answer:
    url = world.url(host, "/sign-in/code")
    return browser.post(url, browser.get(url).form("/sign-in/code") | {"code": code})


def test_password_and_code_lead_to_the_page_that_was_asked_for(world: World):
    world.admin()
    app = set_up(world)
    browser = world.browser()
    asked = browser.get(world.url("admin", "/customers?tab=vip"))

    first = sign_in(browser, asked.location, "admin@demo.example")
    second = code_page(world, browser, app.now())

    assert first.headers["Location"] == "/sign-in/code"
    assert (second.status, second.headers["Location"]) == (303, "/customers?tab=vip")
    assert browser.follow(second).status == 200


def test_the_session_gets_a_new_secret_at_both_steps(world: World):
    world.admin()
    app = set_up(world)
    browser, url = world.browser(), world.url("admin", "/sign-in")
    browser.get(url)
    secrets = [browser.cookie(url, COOKIE)]
    sign_in(browser, url, "admin@demo.example")
    secrets.append(browser.cookie(url, COOKIE))
    code_page(world, browser, app.now())
    secrets.append(browser.cookie(url, COOKIE))

    assert len(set(secrets)) == 3
    for old in secrets[:2]:
        thief = Browser(world.stack.port, cookies={f"admin.{world.domain}": {COOKIE: old}})
        assert thief.get(world.url("admin", "/customers")).status == 303


def pages(world: World) -> list[str]:
    """Every address of the admin host that can be asked for without knowing an id."""
    rules = [rule for rule in world.stack.gateway.url_map.iter_rules() if rule.host == "admin"]
    open_ones = {
        rule.endpoint for rule in rules
        if getattr(world.stack.gateway.view_functions[rule.endpoint], "is_open", False)
    }  # fmt: skip
    closed = [rule for rule in rules if rule.endpoint not in open_ones and rule.endpoint != "static"]
    nobody = "01900000-0000-7000-8000-000000000001"
    named = {rule.rule: re.sub(r"<any\((\w+).*?\):\w+>", r"\1", rule.rule) for rule in closed}
    return sorted({re.sub(r"<uuid:\w+>", nobody, path).replace("<name>", "x") for path in named.values()})


def test_a_half_signed_in_session_opens_nothing(world: World):
    world.admin()
    set_up(world)
    browser = half(world)
    token = browser.get(world.url("admin", "/sign-in/code")).form("/sign-in/code")["csrf_token"]
    asked = pages(world)
    assert len(asked) > 30

    for path in asked:
        url = world.url("admin", path)
        for answer in (browser.get(url), browser.post(url, {"csrf_token": token})):
            led_away = answer.status == 303 and answer.headers["Location"].startswith("/sign-in")
            assert led_away or answer.status == 405, (path, answer.status)


def test_the_half_session_holds_no_standing_and_ends_after_five_minutes(world: World):
    world.admin()
    set_up(world)
    browser = half(world)
    host = f"admin.{world.domain}"
    handle = handle_of(host, browser.cookies[host][COOKIE])

    kept: dict[str, Any] = world.stack.gateway.session_interface.read(handle)  # type: ignore[attr-defined]

    assert {"standing", "_user_id", "visit"} & kept.keys() == set()
    assert 295 < kept["until"] - clock.now().timestamp() <= 300
    world.stack.gateway.extensions["redis"].delete(key_of(handle))
    assert browser.get(world.url("admin", "/sign-in/code")).location == world.url("admin", "/sign-in")


def test_without_the_first_step_there_is_no_second(world: World):
    world.admin()
    app = set_up(world)
    browser = world.browser()
    token = browser.get(world.url("admin", "/sign-in")).form("/sign-in")["csrf_token"]

    answer = browser.post(world.url("admin", "/sign-in/code"), {"csrf_token": token, "code": app.now()})

    assert answer.headers["Location"] == "/sign-in"
    assert "This sign-in has taken too long. Begin once more." in browser.follow(answer).text


def test_a_wrong_a_used_and_a_locked_code_get_the_same_answer(world: World):
    account_id = world.admin()
    app = set_up(world)
    used = app.now()
    assert code_page(world, half(world), used).status == 303
    wrong = "000000" if used != "000000" else "111111"

    first = code_page(world, half(world), wrong)
    second = code_page(world, half(world), used)
    third_browser = half(world)
    world.change_account(account_id, locked_until=clock.now().replace(year=2999))
    third = code_page(world, third_browser, app.at(clock.now() + timedelta(seconds=30)))

    assert [answer.status for answer in (first, second, third)] == [401, 401, 401]
    assert len({plain(answer.text, "") for answer in (first, second, third)}) == 1


def test_the_code_is_asked_on_an_own_site_too(world: World):
    owner = world.customer()
    world.site(owner)
    world.change_account(owner.account_id, role="support")
    app = set_up(world, owner.email)
    browser = world.browser()

    first = sign_in(browser, world.url("bageri", "/sign-in"), owner.email)
    assert first.headers["Location"] == "/sign-in/code"
    assert browser.get(world.url("bageri", "/dashboard")).status == 303
    second = code_page(world, browser, app.now(), host="bageri")

    assert second.headers["Location"] == "/dashboard"
    assert browser.get(world.url("bageri", "/dashboard")).status == 200


def test_a_form_of_another_session_does_not_carry_the_code(world: World):
    world.admin()
    app = set_up(world)
    browser, foreign = half(world), half(world)
    token = foreign.get(world.url("admin", "/sign-in/code")).form("/sign-in/code")["csrf_token"]

    assert (
        browser.post(world.url("admin", "/sign-in/code"), {"csrf_token": token, "code": app.now()}).status
        == 400
    )
    assert browser.post(world.url("admin", "/sign-in/code"), {"code": app.now()}).status == 400
    assert code_page(world, browser, app.now()).status == 303


def post(world: World, browser: Browser, path: str, **typed: str) -> Answer:
    token = browser.get(world.url("admin", OWN)).form("/sign-out")["csrf_token"]
    return browser.post(world.url("admin", f"{OWN}{path}"), {"csrf_token": token, **typed})


def begin(world: World, browser: Browser) -> pyotp.TOTP:
    answer = post(world, browser, "/begin", password=PASSWORD)
    assert answer.headers["Location"] == OWN
    page = browser.follow(answer).text
    found = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page)
    assert found is not None
    assert re.search(r'<svg viewBox="0 0 \d+ \d+" class="qr">', page)
    assert "style=" not in page
    return pyotp.TOTP(found.group(1))


def test_an_admin_sets_it_up_sees_his_codes_once_and_stays_signed_in(world: World):
    world.admin()
    browser, other = world.signed_in(), world.signed_in()
    app = begin(world, browser)

    wrong = post(world, browser, "/confirm", code="000000" if app.now() != "000000" else "111111")
    assert (wrong.status, 'id="code-error"' in wrong.text) == (422, True)
    page = post(world, browser, "/confirm", code=app.now())

    codes = re.findall(r"<li><code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page.text)
    assert (page.status, len(set(codes))) == (200, 10)
    assert page.headers["Cache-Control"] == "no-store"
    assert browser.get(world.url("admin", "/customers")).status == 200
    assert other.get(world.url("admin", "/customers")).status == 303
    shown = browser.get(world.url("admin", OWN)).text
    assert "Codes left: 10" in shown
    assert not any(code in shown for code in codes)
    assert code_page(world, half(world), codes[0]).status == 303


def test_a_wrong_password_begins_nothing_and_says_so_beside_the_field(world: World):
    world.admin()
    browser = world.signed_in()

    answer = post(world, browser, "/begin", password="wrong")

    assert (answer.status, "This is not your present password." in answer.text) == (422, True)
    assert "Set it up" in browser.get(world.url("admin", OWN)).text


def test_taking_it_off_takes_the_password_and_leaves_one_signed_in(world: World):
    world.admin()
    app = set_up(world)
    browser = half(world)
    code_page(world, browser, app.now())

    refused = post(world, browser, "/remove", password="wrong")
    done = post(world, browser, "/remove", password=PASSWORD)

    assert (refused.status, 'id="password-remove-error"' in refused.text) == (422, True)
    assert "The second factor is taken off." in browser.follow(done).text
    assert (
        sign_in(world.browser(), world.url("admin", "/sign-in"), "admin@demo.example").headers["Location"]
        == "/"
    )


def test_new_recovery_codes_are_shown(world: World):
    world.admin()
    app = set_up(world)
    browser = half(world)
    code_page(world, browser, app.now())

    page = post(world, browser, "/recovery-codes", password=PASSWORD)

    assert len(re.findall(r"<li><code>", page.text)) == 10
    assert browser.get(world.url("admin", "/customers")).status == 200


def test_where_the_network_asks_for_it_nothing_else_comes_before(world: World):
    world.admin()
    require(world)
    browser = world.signed_in()

    for path in ("/customers", "/search", "/settings", "/settings/admins"):
        assert browser.get(world.url("admin", path)).location == world.url("admin", OWN)
    piece = browser.get(world.url("admin", "/customers"), headers={"HX-Request": "true"})
    assert piece.headers["HX-Redirect"] == OWN
    assert "asks its admins for a second factor" in browser.get(world.url("admin", OWN)).text
    app = begin(world, browser)
    assert post(world, browser, "/confirm", code=app.now()).status == 200

    assert browser.get(world.url("admin", "/customers")).status == 200


def test_who_was_signed_in_when_the_policy_came_is_out(world: World):
    world.admin()
    browser = world.signed_in()
    require(world)

    assert browser.get(world.url("admin", "/customers")).location.startswith(world.url("admin", "/sign-in"))


def test_an_admin_without_the_factor_keeps_his_own_site(world: World):
    owner = world.customer()
    world.site(owner)
    world.change_account(owner.account_id, role="support")
    require(world)

    assert world.signed_in(owner.email, host="bageri").get(world.url("bageri", "/dashboard")).status == 200


def test_api_keys_go_on_without_a_second_factor(world: World):
    key = world.api_key("customers.view")
    require(world)

    answer = world.browser().get(
        world.url("admin", "/api/v1/customers"), headers={"Authorization": f"Bearer {key}"}
    )

    assert answer.status == 200


def test_an_owner_takes_it_off_an_admin_who_lost_his_phone(world: World):
    world.admin()
    bo = world.admin("bo@demo.example", role="support", name="Bo Ek")
    set_up(world, "bo@demo.example")
    browser = world.signed_in()
    url = world.url("admin", f"/settings/admins/{bo}")

    page = browser.get(url)
    form = page.form(f"/settings/admins/{bo}/take-off-second-factor")
    answer = browser.post(f"{url}/take-off-second-factor", form)

    assert "The second factor is taken off; a mail tells its owner." in browser.follow(answer).text
    assert "No second factor" in browser.get(url).text
    assert (
        sign_in(world.browser(), world.url("admin", "/sign-in"), "bo@demo.example").headers["Location"] == "/"
    )


def test_a_visitor_finds_no_second_factor_to_change(world: World):
    """The pages are the admin host's; on a site there are none."""
    owner = world.customer()
    world.site(owner)

    assert world.signed_in(owner.email, host="bageri").get(world.url("bageri", OWN)).status == 404


@pytest.mark.parametrize("path", ["/begin", "/confirm", "/recovery-codes", "/remove"])
def test_without_the_forms_token_nothing_happens(world: World, path: str):
    world.admin()
    browser = world.signed_in()

    assert browser.post(world.url("admin", f"{OWN}{path}"), {"password": PASSWORD}).status == 400
    assert browser.get(world.url("admin", f"{OWN}{path}")).status == 405
    assert "Set it up" in browser.get(world.url("admin", OWN)).text
