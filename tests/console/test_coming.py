"""The box on a membership's page that says what comes next, and asks for a cancelled payment again."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from kernel import clock
from services.billing.memberships.lifecycle import activate_membership, start_membership
from services.billing.memberships.waiting import note_policy
from services.billing.models import Membership, MembershipAgenda, Payment
from services.billing.payments.lifecycle import cancel_payment
from tests.billing.conftest import MONTHLY, make_product
from tests.billing.days import Days
from tests.console.people import registered
from tests.flows.browser import Browser
from tests.flows.world import World


@pytest.fixture
def days(world: World) -> Days:
    return Days(world.databases["billing"], world.command, clock.now())


@pytest.fixture
def membership_id(world: World, days: Days) -> UUID:
    owner = registered(world, "asa@example.com", "Åsa", "Lind")
    with days.billing.unit_of_work(days.owner) as uow:
        note_policy(uow, "never")
        product = make_product(uow)
        made = start_membership(
            uow, customer_id=owner.customer_id, product_id=product.id, currency="SEK", period=MONTHLY
        )
        uow.session.flush()
        return activate_membership(uow, made.id).id


def box(world: World, browser: Browser, membership_id: UUID) -> str:
    text = browser.get(world.url("admin", f"/memberships/{membership_id}")).text
    return text.partition('id="panel-membership-coming"')[2].partition("</section>")[0]


def almost_over(days: Days, membership_id: UUID) -> Payment:
    """Let the membership end in two days, and have the next payment asked for."""
    days.change(membership_id, expires_at=days.now + timedelta(days=2))
    days.now = clock.now()
    days.work()
    [payment] = days.payments(membership_id)
    return payment


def test_what_comes_is_listed_in_its_order(world: World, browser: Browser, membership_id: UUID) -> None:
    said = box(world, browser, membership_id)

    places = [
        said.index(words) for words in ("The next payment is asked for", "It is put on hold", "It expires")
    ]
    assert places == sorted(places)
    assert said.count("if it is not paid before") == 3


def test_an_api_key_reads_the_same(world: World, membership_id: UUID) -> None:
    key = {"Authorization": f"Bearer {world.api_key('billing.view')}"}

    asked = world.browser().get(
        world.url("admin", f"/api/v1/memberships/{membership_id}/coming"), headers=key
    )

    answer = json.loads(asked.text)
    assert [step["act"] for step in answer["steps"]] == ["bill", "hold", "expire", "abandon"]
    assert (answer["is_charged"], answer["asks_again"], answer["trouble"]) == (False, False, "")


def test_what_was_cancelled_is_asked_for_again_by_a_button(
    world: World, browser: Browser, days: Days, membership_id: UUID
) -> None:
    with days.billing.unit_of_work(days.owner) as uow:
        cancel_payment(uow, almost_over(days, membership_id).id, reason="By mistake")
    assert "so nothing is asked for" in box(world, browser, membership_id)
    path = f"/memberships/{membership_id}/bill"
    page = browser.get(world.url("admin", f"/memberships/{membership_id}"))

    answer = browser.follow(browser.post(world.url("admin", path), page.form(path)))
    days.now = clock.now()
    days.work()

    assert "The payment is asked for again in a moment." in answer.text
    assert [payment.status for payment in days.payments(membership_id)] == ["cancelled", "pending"]


def test_a_second_click_asks_for_nothing_more(
    world: World, browser: Browser, days: Days, membership_id: UUID
) -> None:
    with days.billing.unit_of_work(days.owner) as uow:
        cancel_payment(uow, almost_over(days, membership_id).id, reason="By mistake")
    path = f"/memberships/{membership_id}/bill"
    form = browser.get(world.url("admin", f"/memberships/{membership_id}")).form(path)
    browser.post(world.url("admin", path), form)
    days.now = clock.now()
    days.work()

    again = browser.follow(browser.post(world.url("admin", path), form))
    days.work()

    assert "The payment is asked for again in a moment." in again.text
    assert [payment.status for payment in days.payments(membership_id)] == ["cancelled", "pending"]


def test_it_says_that_the_worker_gave_up(
    world: World, browser: Browser, days: Days, membership_id: UUID
) -> None:
    with days.billing.unit_of_work(days.owner) as uow:
        row = uow.get(MembershipAgenda, membership_id)
        row.state, row.last_error = "dead", "RuntimeError: It went wrong."

    assert "The worker gave up." in box(world, browser, membership_id)


def test_what_waits_for_a_verification_says_so(
    world: World, browser: Browser, days: Days, membership_id: UUID
) -> None:
    with days.billing.unit_of_work(days.owner) as uow:
        waiting = uow.get(Membership, membership_id)
        waiting.status, waiting.waits_to_be, waiting.expires_at = "pending", "active", None

    assert "It begins once" in box(world, browser, membership_id)
