"""Memberships that were left pending when their customer was verified by hand: started by a button."""

import json

import pytest
from sqlalchemy import select

from kernel.events import advance
from services.billing.memberships.lifecycle import activate_membership, start_membership
from services.billing.memberships.waiting import note_policy
from services.billing.models import Membership
from services.customers.models import AuditLine
from tests.console.people import MONTHLY, product, registered, settle
from tests.flows.browser import Browser
from tests.flows.world import Owner, World
from worker.listeners.verification import verification_in_billing


@pytest.fixture
def owner(world: World) -> Owner:
    """Return a customer with a membership that waits for his verification."""
    settle(world)
    made = registered(world, "asa@example.com", "Åsa", "Lind", verification="pending")
    basic = product(world, "Bas", 19900)
    hear(world)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        note_policy(uow, "always")
        begun = start_membership(
            uow, customer_id=made.customer_id, product_id=basic, currency="SEK", period=MONTHLY
        )
        activate_membership(uow, begun.id)
    return made


def hear(world: World) -> None:
    """Let everybody read what has happened, billing too."""
    settle(world)
    for source in world.databases.values():
        while advance(verification_in_billing, source, world.databases["billing"]):
            pass


def verify_by_hand(world: World, browser: Browser, owner: Owner) -> None:
    path = f"/customers/{owner.customer_id}/verification"
    token = browser.get(world.url("admin", path)).form(path)["csrf_token"]
    browser.post(world.url("admin", path), {"csrf_token": token, "status": "verified"})
    hear(world)


def statuses(world: World) -> list[str]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Membership.status)))


def test_the_button_starts_them_once_and_is_gone(world: World, browser: Browser, owner: Owner):
    own = f"/customers/{owner.customer_id}"
    path = f"{own}/memberships/start-pending"
    waiting = browser.get(world.url("admin", own))
    verify_by_hand(world, browser, owner)
    left, shown = statuses(world), browser.get(world.url("admin", own))

    answers = [browser.follow(browser.post(world.url("admin", path), shown.form(path))) for _ in "12"]
    settle(world)

    assert (path in waiting.text, path in shown.text, path in answers[0].text) == (False, True, False)
    assert "was left pending" in shown.text
    assert left == ["pending"]
    assert "1 membership is started." in answers[0].text
    assert "0 memberships are started." in answers[1].text
    assert statuses(world) == ["active"]
    with world.databases["customers"].unit_of_work(world.command) as uow:
        acts = select(AuditLine.details).where(AuditLine.action == "pending memberships started")
        assert uow.session.scalars(acts).all() == [{"memberships": [1]}]


def test_who_may_not_change_memberships_has_no_button_and_is_refused(
    world: World, browser: Browser, owner: Owner
):
    verify_by_hand(world, browser, owner)
    world.admin("sara@demo.example", role="support")
    support = world.signed_in("sara@demo.example")
    shown = support.get(world.url("admin", f"/customers/{owner.customer_id}"))
    path = f"/customers/{owner.customer_id}/memberships/start-pending"

    refused = support.post(world.url("admin", path), {"csrf_token": shown.form("/sign-out")["csrf_token"]})

    assert (path in shown.text, refused.status, statuses(world)) == (False, 403, ["pending"])


def test_programs_start_them_too(world: World, browser: Browser, owner: Owner):
    verify_by_hand(world, browser, owner)
    url = world.url("admin", f"/api/v1/customers/{owner.customer_id}/memberships/start-pending")

    def start(*scopes: str) -> tuple[int, object]:
        headers = {"Authorization": f"Bearer {world.api_key(*scopes)}"}
        answer = world.browser().send_json("POST", url, {}, headers=headers)
        return answer.status, json.loads(answer.text).get("number")

    assert start("billing.view") == (403, None)
    assert [start("billing.edit"), start("billing.edit")] == [(200, 1), (200, 0)]
