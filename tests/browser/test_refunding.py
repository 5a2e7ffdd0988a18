"""Money given back in Chromium: asked for, watched while it moves, decided; with the keyboard alone, too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from kernel import clock
from kernel.work import perform
from services.billing.gateways.configured import Gateways
from services.billing.models import Refund
from tests.billing.till import CARD, Till, open_till
from tests.browser.conftest import Open, enter
from tests.browser.test_pages import faults
from tests.console.people import registered, settle
from tests.flows.world import World
from tests.payment_sandbox import Sandbox, sandbox
from worker.performers.refunds import refund_performer

__all__ = ["sandbox"]

REFUNDS_FAIL_LATER = "4000000000005126"
SOON = 15_000  # milliseconds; the box asks every two seconds
Work = Callable[..., None]


@pytest.fixture
def till(world: World, sandbox: Sandbox) -> Till:
    world.admin()
    settle(world)
    owner = registered(world, "asa@example.com", "Åsa", "Lind")
    made = open_till(sandbox, world.stack.settings, world.databases["billing"], world.command)
    return replace(made, customer_id=owner.customer_id)


@pytest.fixture
def payment_id(till: Till) -> UUID:
    return paid_with(till, CARD)


def paid_with(till: Till, card: str) -> UUID:
    """199 kronor that came from a card."""
    till.saved_card(card)
    made = till.payment()
    till.work(till.charge(made))
    return made


@pytest.fixture
def work(world: World) -> Work:
    """Let the worker have a turn at each refund, some time from now."""
    performer = refund_performer(Gateways.of(world.stack.settings))

    def work(*, after: timedelta = timedelta()) -> None:
        for refund in refunds(world):
            with time_machine.travel(clock.now() + after, tick=True):
                perform(performer, world.databases["billing"], refund.id)

    return work


def refunds(world: World) -> list[Refund]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Refund).order_by(Refund.created_at)))


def ask(page: Page, world: World, payment_id: UUID, amount: str = "") -> None:
    """Ask for a refund as far as the page that says what will happen."""
    enter(world, page, f"/payments/{payment_id}")
    page.locator("#panel-refunds").get_by_role("link", name="Refund", exact=True).click()
    if amount:
        page.get_by_label("Amount in SEK").fill(amount)
    page.get_by_role("button", name="Continue").click()


def say_yes(page: Page, amount: str) -> None:
    page.get_by_role("button", name=f"Give SEK\N{NO-BREAK SPACE}{amount} back").click()
    expect(page.locator("#panel-refunds")).to_contain_text("Asked for")


def test_a_part_is_asked_for_and_seen_to_go(
    world: World, open_page: Open, payment_id: UUID, work: Work
) -> None:
    page = open_page()
    ask(page, world, payment_id, "50,50")
    expect(page.locator("#content")).to_contain_text("148.50 of the payment can still be given back")
    say_yes(page, "50.50")

    work()

    expect(page.locator("#panel-refunds")).to_contain_text("Given back", timeout=SOON)
    expect(page.locator("#panel-refunds .pill")).to_have_text("Given back", timeout=SOON)
    assert [(refund.amount, refund.status) for refund in refunds(world)] == [(5050, "succeeded")]


def test_all_of_it_is_asked_for_and_nothing_is_left_to_ask_for(
    world: World, open_page: Open, payment_id: UUID, work: Work
) -> None:
    page = open_page(width=390)
    ask(page, world, payment_id)
    expect(page.locator("#content")).to_contain_text("Nothing of the payment is left afterwards.")
    say_yes(page, "199.00")

    work()

    box = page.locator("#panel-refunds")
    expect(box.locator(".pill")).to_have_text("Given back", timeout=SOON)
    expect(box.get_by_role("link", name="Refund", exact=True)).to_have_count(0)


def test_one_that_fails_says_so_and_can_be_asked_for_anew(
    world: World, open_page: Open, till: Till, sandbox: Sandbox, work: Work
) -> None:
    page = open_page()
    ask(page, world, paid_with(till, REFUNDS_FAIL_LATER))
    say_yes(page, "199.00")

    work()
    sandbox.decide(refunds(world)[0].reference, "failed")
    work(after=timedelta(days=1))
    page.reload()

    box = page.locator("#panel-refunds")
    expect(box.locator(".pill")).to_have_text("Failed")
    expect(box).to_contain_text("The money did not go. It can be given back anew.")
    expect(box.get_by_role("link", name="Refund", exact=True)).to_be_visible()


def test_what_nobody_knows_is_explained_and_decided_by_a_person(
    world: World, open_page: Open, payment_id: UUID, sandbox: Sandbox, work: Work
) -> None:
    sandbox.fault("drop", method="*")
    page = open_page()
    ask(page, world, payment_id)
    say_yes(page, "199.00")

    work()

    box = page.locator("#panel-refunds")
    expect(box).to_contain_text("nobody knows yet whether the money went", timeout=SOON)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        uow.session.execute(update(Refund).values(state="dead"))
    page.goto(world.url("admin", "/refunds?which=needs_person"))
    page.locator(".rows a").first.click()
    assert faults(page) == []
    page.get_by_label("The money went back to the customer").check()
    page.get_by_label("How you know").fill("Seen in the gateway's own list.")
    page.get_by_role("button", name="Write it down").click()

    expect(page.locator("#content .pill")).to_have_text("Given back")
    assert [refund.status for refund in refunds(world)] == ["succeeded"]


def test_a_double_click_gives_it_back_once(world: World, open_page: Open, payment_id: UUID) -> None:
    page = open_page()
    ask(page, world, payment_id, "50")

    page.get_by_role("button", name="Give SEK\N{NO-BREAK SPACE}50.00 back").dblclick()

    expect(page.locator("#panel-refunds")).to_contain_text("Asked for")
    assert [refund.amount for refund in refunds(world)] == [5000]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_alone_is_enough_and_no_page_has_a_fault(
    world: World, open_page: Open, payment_id: UUID, width: int
) -> None:
    page = open_page(width=width)
    enter(world, page, f"/payments/{payment_id}/refund")
    found = faults(page)

    page.locator("#amount").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What happens then").wait_for()
    found += faults(page)
    yes = page.get_by_role("button", name="Give SEK\N{NO-BREAK SPACE}20.00 back")
    for _step in range(60):
        page.keyboard.press("Tab")
        if yes.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#panel-refunds")).to_contain_text("Asked for")
    found += faults(page)

    assert found == []
    assert [refund.amount for refund in refunds(world)] == [2000]
