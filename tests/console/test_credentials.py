"""What an admin does about how a customer signs in, in the console and through the API."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel import clock
from kernel.ids import new_id
from services.customers.models import Account, Mail, SignInAttempt
from tests.console.people import settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World


@pytest.fixture
def owner(world: World) -> Owner:
    settle(world)
    return world.customer("asa@example.com", "Åsa", "Lind")


def page(world: World, browser: Browser, owner: Owner, rest: str = "", **headers: str) -> Answer:
    return browser.get(world.url("admin", f"/customers/{owner.customer_id}{rest}"), headers=headers)


def press(world: World, browser: Browser, owner: Owner, what: str) -> Answer:
    """Send a form of the customer page, and follow it back there."""
    own = f"/customers/{owner.customer_id}/{what}"
    form = page(world, browser, owner).form(own)
    return browser.follow(browser.post(world.url("admin", own), form))


def lock(world: World, owner: Owner) -> None:
    world.change_account(owner.account_id, locked_until=clock.now() + timedelta(minutes=5))


def account(world: World, owner: Owner) -> Account:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return uow.get(Account, owner.account_id)


def letters(world: World) -> list[str]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Mail.to).where(Mail.template == "reset_password")))


def attempts(world: World, owner: Owner, count: int, *, device: str = "Firefox 139, Linux") -> None:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        for number in range(count):
            uow.add(
                SignInAttempt(
                    id=new_id(), account_id=owner.account_id, at=uow.now - timedelta(hours=number),
                    door="site", ip=f"192.0.2.{number}", country="SE", device=device,
                    succeeded=number % 2 == 0,
                )
            )  # fmt: skip


def test_a_password_link_is_sent_and_said_five_times_an_hour(world: World, browser: Browser, owner: Owner):
    texts = [press(world, browser, owner, "password-link").text for _ in range(6)]

    assert ["on its way to the customer" in text for text in texts] == [True] * 5 + [False]
    assert "5 links were sent within the hour. The next one can be sent in 60 minutes." in texts[5]
    assert letters(world) == ["asa@example.com"] * 5


def test_a_lock_is_shown_and_taken_off(world: World, browser: Browser, owner: Owner):
    assert "/unlock" not in page(world, browser, owner).text
    lock(world, owner)

    shown = page(world, browser, owner)
    answer = press(world, browser, owner, "unlock")

    assert re.search(r"Locked until \d\d?:\d\d", shown.text)
    assert "The customer can sign in again." in answer.text
    assert "Locked until" not in answer.text
    assert account(world, owner).locked_until is None


def test_who_may_not_has_no_buttons_and_is_refused(world: World, browser: Browser, owner: Owner):
    lock(world, owner)
    world.admin("fia@demo.example", role="finance")
    finance = world.signed_in("fia@demo.example")

    shown = page(world, finance, owner)
    token = shown.form("/sign-out")["csrf_token"]
    answers = [
        finance.post(world.url("admin", f"/customers/{owner.customer_id}/{what}"), {"csrf_token": token})
        for what in ("password-link", "unlock", "force-sign-in")
    ]

    assert "Locked until" in shown.text
    assert not re.search(r"password-link|/unlock|force-sign-in", shown.text)
    assert [answer.status for answer in answers] == [403, 403, 403]
    assert account(world, owner).locked_until is not None
    assert account(world, owner).epoch == 1
    assert letters(world) == []


@pytest.mark.parametrize("what", ["password-link", "unlock", "force-sign-in"])
def test_without_its_token_or_by_get_nothing_happens(world: World, browser: Browser, owner: Owner, what: str):
    lock(world, owner)
    url = world.url("admin", f"/customers/{owner.customer_id}/{what}")
    stranger = world.signed_in()
    foreign = page(world, stranger, owner).form("/sign-out")["csrf_token"]

    refused = [browser.post(url, {}).status, browser.post(url, {"csrf_token": foreign}).status]
    asked = browser.get(url).status

    assert refused == [400, 400]
    assert asked == (200 if what == "force-sign-in" else 405)
    now = account(world, owner)
    assert (now.epoch, now.locked_until is None, letters(world)) == (1, False, [])


def test_an_equals_refusal_is_said_on_the_customers_page(world: World, browser: Browser, owner: Owner):
    world.change_account(owner.account_id, role="owner")

    answer = press(world, browser, owner, "password-link")

    assert answer.status == 200
    assert "This customer is owner of the network too." in answer.text
    assert letters(world) == []


def test_the_whole_history_is_read_page_by_page(world: World, browser: Browser, owner: Owner):
    attempts(world, owner, 60)
    seen, address = set(), f"/customers/{owner.customer_id}/sign-ins"

    first = page(world, browser, owner, "/sign-ins")
    older = re.search(r'hx-get="([^"]+)"', first.text)
    assert older
    second = browser.get(
        world.url("admin", older.group(1).replace("&amp;", "&")), headers={"HX-Request": "1"}
    )
    for shown in (first, second):
        seen.update(re.findall(r"192\.0\.2\.\d+", shown.text))

    assert f'href="{address}"' in page(world, browser, owner).text
    assert len(seen) == 60
    assert (first.text.count("<strong>"), second.text.count("<strong>")) == (50, 10)
    assert "<html" not in second.text
    assert "Firefox 139, Linux" in first.text
    assert "Sweden" in first.text


@pytest.mark.parametrize(("result", "count"), [("all", 4), ("failed", 2), ("succeeded", 2)])
def test_the_history_is_narrowed_and_exported(
    world: World, browser: Browser, owner: Owner, *, result: str, count: int
):
    attempts(world, owner, 4, device='=HYPERLINK("http://evil.example")')

    shown = page(world, browser, owner, f"/sign-ins?result={result}")
    file = page(world, browser, owner, f"/sign-ins.csv?result={result}")

    assert shown.text.count("192.0.2.") == count
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = file.text.lstrip("\ufeff").splitlines()
    assert lines[0] == "time,result,door,ip,country,device"
    assert len(lines) == count + 1
    assert all("\"'=HYPERLINK(" in line for line in lines[1:])


def test_a_history_without_anything_says_so(world: World, browser: Browser, owner: Owner):
    assert "There are none." in page(world, browser, owner, "/sign-ins").text
    assert page(world, browser, owner, "/sign-ins?result=maybe").status == 400
    assert page(world, browser, owner, "/sign-ins?after=x").status == 422


def test_a_sign_out_is_shown_on_the_customers_page(world: World, browser: Browser, owner: Owner):
    world.site(owner)
    himself = world.signed_in(owner.email, host="bageri")
    assert page(world, browser, owner).text.count("Never") == 1
    dashboard = himself.get(world.url("bageri", "/dashboard"))

    himself.post(world.url("bageri", "/sign-out"), dashboard.form("/sign-out"))

    shown = page(world, browser, owner).text
    assert "Never" not in shown
    assert 'class="dot"' not in shown


def test_programs_do_the_same(world: World, browser: Browser, owner: Owner):
    lock(world, owner)
    attempts(world, owner, 3)
    headers = {"Authorization": f"Bearer {world.api_key()}"}
    base = world.url("admin", f"/api/v1/customers/{owner.customer_id}")

    def call(method: str, rest: str) -> Answer:
        return world.browser().send_json(method, f"{base}/{rest}", {}, headers=headers)

    done = [call("POST", what).status for what in ("password-links", "unlock")]
    history = json.loads(call("GET", "sign-ins").text)
    file = call("GET", "sign-ins/export")

    assert done == [204, 204]
    assert letters(world) == ["asa@example.com"]
    assert account(world, owner).locked_until is None
    assert [item["ip"] for item in history["items"]] == ["192.0.2.0", "192.0.2.1", "192.0.2.2"]
    assert len(file.text.splitlines()) == 4


def test_many_requests_of_one_person_write_one_sighting_a_minute(world: World, calls, owner: Owner):
    world.site(owner)
    himself = world.signed_in(owner.email, host="bageri")
    for _ in range(8):
        assert himself.get(world.url("bageri", "/dashboard")).status == 200

    assert [path for _, path in calls].count("/v1/sightings") == 1
