"""Deleting a customer by hand: typed wrong, typed right, watched until he is gone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, enter
from tests.browser.test_pages import LOOKS, Look, faults
from tests.deletions.people import settle
from tests.flows.world import Owner, World


def at_his_page(world: World, page: Page, owner: Owner) -> None:
    """Go there as an admin does: from the customer's page."""
    enter(world, page, f"/customers/{owner.customer_id}")
    page.get_by_role("link", name="Delete customer").click()
    page.wait_for_url("**/delete")


def test_typed_wrong_nothing_happens_and_typed_right_he_goes(
    world: World, open_page: Open, owners: list[Owner]
):
    gone, page = owners[0], open_page()
    at_his_page(world, page, gone)
    page.get_by_text("Delete everything").click()
    page.locator("#email").fill("somebody@else.example")
    page.get_by_role("button", name="for good").click()

    expect(page.locator("#email-error")).to_contain_text("not the customer's e-mail address")
    expect(page.locator("#email")).to_have_value("somebody@else.example")
    expect(page.get_by_role("radio", name="Delete everything")).to_be_checked()

    page.locator("#email").fill(gone.email)
    page.get_by_role("button", name="for good").click()
    page.wait_for_url("**/deletions/*")
    expect(page.locator("#steps")).to_contain_text("Waiting")
    settle(world.databases)

    expect(page.locator("#steps")).to_contain_text("is deleted.")
    page.goto(world.url("admin", "/customers"))
    expect(page.locator("li.customer")).to_have_count(len(owners) - 1)
    page.goto(world.url("admin", f"/customers/{gone.customer_id}"))
    expect(page.locator("main, body").first).to_contain_text("was deleted on")


def test_enter_in_a_field_deletes_nobody(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    at_his_page(world, page, owners[0])
    page.get_by_text("Delete everything").click()
    page.locator("#email").fill(owners[0].email)

    page.locator("#email").press("Enter")

    expect(page.locator("#email")).to_have_value(owners[0].email)
    assert page.url.endswith("/delete")


def test_who_takes_over_is_found_while_typing(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    at_his_page(world, page, owners[0])
    page.get_by_text("Hand over to another customer").click()
    page.locator("#q").press_sequentially("erik")
    page.locator("#heirs").get_by_text("Erik Johansson").click()
    page.locator("#email").fill(owners[0].email)
    page.get_by_role("button", name="for good").click()
    page.wait_for_url("**/deletions/*")
    settle(world.databases)

    expect(page.locator("#steps")).to_contain_text("is deleted.")
    page.locator("#steps").get_by_role("link", name="Customer").last.click()
    expect(page.locator("#panel-sites .rows li")).to_have_count(2)


def test_without_scripts_too(world: World, open_page: Open, owners: list[Owner]):
    page = open_page(java_script_enabled=False)
    at_his_page(world, page, owners[0])
    page.get_by_text("Hand over to another customer").click()
    page.locator("#q").fill("erik")
    page.get_by_role("button", name="Find").click()
    page.locator("#heirs").get_by_text("Erik Johansson").click()
    page.locator("#email").fill(owners[0].email)
    page.get_by_role("button", name="for good").click()
    page.wait_for_url("**/deletions/*")
    settle(world.databases)
    page.get_by_role("link", name="Look again").click()

    expect(page.locator("#steps")).to_contain_text("is deleted.")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_none_of_its_pages_has_a_fault(world: World, open_page: Open, owners: list[Owner], look: Look):
    page = open_page(**look)
    own = f"/customers/{owners[0].customer_id}"
    enter(world, page, f"{own}/delete")
    page.locator("[value=hand_over]").check()
    page.locator("#q").press_sequentially("er")
    expect(page.locator("#heirs label")).not_to_have_count(0)
    page.locator(".btn-danger").click()
    page.locator("#email-error").wait_for()
    found = faults(page)

    page.locator("[value=everything]").check()
    page.locator("#email").fill(owners[0].email)
    page.locator(".btn-danger").click()
    page.wait_for_url("**/deletions/*")
    found += faults(page)
    settle(world.databases)
    page.locator(".notice-success").wait_for()
    found += faults(page)
    page.goto(world.url("admin", "/deletions"))

    assert found + faults(page) == []
