"""A site owner in Chromium saves a card, pays what is open, and takes the card away, the worker at work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread

import pytest
from playwright.sync_api import Page

from kernel.work import due, perform
from services.billing.gateways.configured import Gateways
from tests.billing.card_pages import CardPages, card_pages
from tests.billing.till import Till, open_till
from tests.browser.conftest import Open
from tests.browser.test_pages import LOOKS, Look, faults
from tests.flows.world import PASSWORD, Owner, World
from tests.payment_sandbox import Sandbox, sandbox
from worker.performers.charges import charge_performer
from worker.performers.method_setups import method_setup_performer

__all__ = ["sandbox"]


@pytest.fixture
def owner(world: World) -> Owner:
    made = world.customer()
    world.site(made)
    return made


@pytest.fixture
def till(world: World, owner: Owner, sandbox: Sandbox) -> Till:
    opened = open_till(sandbox, world.stack.settings, world.databases["billing"], world.command)
    return replace(opened, customer_id=owner.customer_id)


@pytest.fixture
def pages(world: World, till: Till) -> CardPages:
    return card_pages(till, world.stack.settings)


@contextmanager
def worker(world: World) -> Iterator[None]:
    """Work off what is due for as long as the block lasts."""
    gateways, billing = Gateways.of(world.stack.settings), world.databases["billing"]
    performers = (charge_performer(gateways), method_setup_performer(gateways))
    is_over = Event()

    def work() -> None:
        while not is_over.wait(0.05):
            for performer in performers:
                for row_id in due(performer, billing):
                    perform(performer, billing, row_id)

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def enter_site(world: World, page: Page, owner: Owner, path: str) -> None:
    """Sign in on the site by hand and go to a page."""
    page.goto(world.url("bageri", "/sign-in"))
    page.locator('[name="login"]').fill(owner.email)
    page.locator('[name="password"]').fill(PASSWORD)
    page.locator('[name="password"]').press("Enter")
    page.wait_for_url("**/dashboard")
    page.goto(world.url("bageri", path))


def test_an_owner_saves_a_card_pays_and_takes_the_card_away(
    world: World, owner: Owner, till: Till, pages: CardPages, open_page: Open
) -> None:
    page, payment_id = open_page(), till.payment()
    enter_site(world, page, owner, "/dashboard")

    with worker(world):
        page.get_by_role("link", name="Ways to pay").click()
        page.get_by_role("button", name="Save a card").click()
        page.get_by_role("button", name="Save the card").click()
        page.get_by_text("Visa •••• 4242").wait_for()
        page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Payments").click()
        page.get_by_role("link", name="Pay payment 1").click()
        page.get_by_role("button", name="Pay SEK").click()
        page.get_by_label("Card number").wait_for()
        page.get_by_role("button", name="Pay").click()
        page.get_by_text("This is paid. Thank you.").wait_for()
        page.goto(world.url("bageri", "/dashboard/payment-methods"))
        while page.get_by_role("link", name="Remove").count():
            page.get_by_role("link", name="Remove").first.click()
            page.get_by_role("button", name="Take away").click()
            page.get_by_role("heading", name="Ways to pay", exact=True).wait_for()

    assert till.read_payment(payment_id).status == "completed"
    assert [line["amount"] for line in till.sandbox.ledger("charge")] == [19900]
    assert pages.kept() == []


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_his_pages_have_no_fault(world: World, owner: Owner, till: Till, open_page: Open, look: Look) -> None:
    card, payment_id = till.saved_card(), till.payment()
    till.saved_card("5555555555554444")
    page, found = open_page(**look), []
    enter_site(world, page, owner, "/dashboard")

    for path in (
        "/dashboard",
        "/dashboard/payments",
        f"/dashboard/payments/{payment_id}",
        "/dashboard/payment-methods",
        f"/dashboard/payment-methods/{card}/remove",
    ):
        page.goto(world.url("bageri", path))
        found += faults(page)

    assert found == []
