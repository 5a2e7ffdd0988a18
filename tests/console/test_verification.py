"""What an admin sees and does about a customer's verification, in the console and through the API."""

import json

import pytest
from sqlalchemy import select

from kernel.contracts.events import EmailVerified
from kernel.log import EventRow
from services.customers.models import Customer, Mail
from tests.console.people import registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World, make_world


@pytest.fixture
def owner(world: World) -> Owner:
    settle(world)
    made = registered(world, "asa@example.com", "Åsa", "Lind", verification="pending")
    settle(world)
    return made


def path(owner: Owner, rest: str = "") -> str:
    return f"/customers/{owner.customer_id}{rest}"


def page(world: World, browser: Browser, owner: Owner, rest: str = "") -> Answer:
    return browser.get(world.url("admin", path(owner, rest)))


def decide(world: World, browser: Browser, owner: Owner, **typed: str) -> Answer:
    own = path(owner, "/verification")
    token = page(world, browser, owner, "/verification").form(own)["csrf_token"]
    return browser.post(world.url("admin", own), {"csrf_token": token} | typed)


def resend(world: World, browser: Browser, owner: Owner) -> Answer:
    own = path(owner, "/verification/resend")
    form = page(world, browser, owner).form(own)
    return browser.follow(browser.post(world.url("admin", own), form))


def status(world: World, owner: Owner) -> str:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return uow.get(Customer, owner.customer_id).verification


def told(world: World) -> list[tuple[str, bool]]:
    kind = EmailVerified.model_fields["type"].default
    said = select(EventRow.payload).where(EventRow.type == kind, EventRow.network_id == world.network_id)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return [(row["how"], row["starts_memberships"]) for row in uow.session.scalars(said)]


def mails(world: World) -> int:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return len(uow.session.scalars(select(Mail.id)).all())


def test_the_link_is_sent_again_five_times_an_hour(world: World, browser: Browser, owner: Owner):
    texts = [resend(world, browser, owner).text for _ in range(6)]

    sent = ["A new link is on its way to the customer." in text for text in texts]
    assert sent == [True] * 5 + [False]
    assert "The next one can be sent in 60 minutes." in texts[5]
    assert mails(world) == 5


@pytest.mark.parametrize(("typed", "starts"), [({"starts_memberships": "true"}, True), ({}, False)])
def test_verified_by_hand_asks_whether_memberships_start(
    world: World, browser: Browser, owner: Owner, typed: dict[str, str], starts: bool
):
    shown = page(world, browser, owner, "/verification")
    answer = browser.follow(decide(world, browser, owner, status="verified", **typed))
    settle(world)

    assert "Start the memberships that wait for it now" in shown.text
    assert "The e-mail verification is now: verified." in answer.text
    assert told(world) == [("admin", starts)]
    timeline = page(world, browser, owner).text
    words = "waiting memberships start<" if starts else "waiting memberships stay pending<"
    assert f"E-mail address verified by an administrator; {words}" in timeline
    assert "Send the link again" not in timeline


def test_pending_by_hand_writes_to_the_customer(world: World, browser: Browser, owner: Owner):
    decide(world, browser, owner, status="none")
    assert (status(world, owner), mails(world)) == ("none", 0)

    decide(world, browser, owner, status="pending")

    assert (status(world, owner), mails(world)) == ("pending", 1)


def test_pending_once_too_often_says_when_again_and_keeps_the_choice(
    world: World, browser: Browser, owner: Owner
):
    for _ in range(5):
        resend(world, browser, owner)
    decide(world, browser, owner, status="none")

    answer = decide(world, browser, owner, status="pending")

    assert answer.status == 429
    assert "The next one can be sent in 60 minutes." in answer.text
    assert 'value="pending" checked' in answer.text
    assert status(world, owner) == "none"


@pytest.mark.parametrize("wanted", ["", "perhaps"])
def test_a_status_that_is_none_changes_nothing(world: World, browser: Browser, owner: Owner, wanted: str):
    assert decide(world, browser, owner, status=wanted).status == 400
    assert status(world, owner) == "pending"


def test_who_may_not_edit_has_no_buttons_and_is_refused(world: World, browser: Browser, owner: Owner):
    world.admin("fia@demo.example", role="finance")
    finance = world.signed_in("fia@demo.example")
    shown = page(world, finance, owner)
    form = {"csrf_token": shown.form("/sign-out")["csrf_token"], "status": "verified"}

    refused = [
        page(world, finance, owner, "/verification").status,
        finance.post(world.url("admin", path(owner, "/verification")), form).status,
        finance.post(world.url("admin", path(owner, "/verification/resend")), form).status,
    ]

    assert "/verification" not in shown.text
    assert refused == [403, 403, 403]
    assert (status(world, owner), mails(world)) == ("pending", 0)


def test_a_program_does_the_same(world: World, owner: Owner):
    key = {"Authorization": f"Bearer {world.api_key('customers.edit')}"}
    program, url = world.browser(), world.url("admin", f"/api/v1{path(owner, '/verification')}")

    assert program.send_json("POST", f"{url}/resend", {}, headers=key).status == 204
    wrong = program.send_json("PUT", url, {"status": "perhaps"}, headers=key)
    put = program.send_json("PUT", url, {"status": "verified", "starts_memberships": False}, headers=key)
    late = program.send_json("POST", f"{url}/resend", {}, headers=key)

    assert [field["field"] for field in json.loads(wrong.text)["fields"]] == ["status"]
    assert put.status == 204
    assert (late.status, json.loads(late.text)["code"]) == (409, "NothingToVerify")
    assert told(world) == [("admin", False)]
    assert mails(world) == 1


def test_a_key_of_another_network_finds_no_such_customer(world: World, owner: Owner, stack, databases):
    other = make_world(stack, databases)
    key = {"Authorization": f"Bearer {other.api_key('customers.edit')}"}
    url = other.url("admin", f"/api/v1{path(owner, '/verification')}")

    answers = [
        other.browser().send_json("PUT", url, {"status": "verified"}, headers=key),
        other.browser().send_json("POST", f"{url}/resend", {}, headers=key),
    ]

    assert [answer.status for answer in answers] == [404, 404]
    assert status(world, owner) == "pending"
