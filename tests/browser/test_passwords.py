"""A new password, as Chromium sees it: looked at, its rules ticked off, on both doors."""

import pytest
from playwright.sync_api import expect

from services.customers.accounts import one_time_tokens
from tests.browser.conftest import Open, enter
from tests.flows.world import Owner, World


@pytest.fixture
def address(world: World, owners: list[Owner]) -> str:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        token = one_time_tokens.issue(uow, owners[0].account_id, "reset")
    return world.url("admin", f"/links/reset?token={token}")


def test_rules_are_ticked_off_while_typing_and_the_password_can_be_looked_at(open_page: Open, address: str):
    page = open_page()
    page.goto(address)

    page.locator("#password").press_sequentially("Nordan-")
    expect(page.locator("[data-rule=length]")).not_to_have_class("kept")
    expect(page.locator("[data-rule=classes]")).to_have_class("kept")
    page.locator("#password").press_sequentially("vind-8")
    expect(page.locator("[data-rule=length]")).to_have_class("kept")
    page.locator("[data-shows=password]").click()
    expect(page.locator("#password")).to_have_attribute("type", "text")
    page.locator("#again").fill("Nordan-vind-8")
    page.get_by_role("button", name="Set the password").click()

    expect(page.get_by_role("heading", name="Your password is set")).to_be_visible()


def test_force_sign_in_is_asked_for_and_counted(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page, f"/customers/{owners[0].customer_id}")

    page.get_by_role("link", name="Force sign-in").click()
    page.get_by_role("button", name="End everything").click()

    expect(page.get_by_role("heading", name="Everything has ended")).to_be_visible()
    expect(page.locator("dl.facts > div").first).to_contain_text("Sessions")
