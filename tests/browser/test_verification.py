"""The address confirmed in a browser, with scripts and without; the pages in every look."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, enter
from tests.browser.test_pages import LOOKS, Look, faults
from tests.console.people import registered, settle
from tests.flows.post import post_office
from tests.flows.world import World


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_customer_confirms_his_address(world: World, open_page: Open, has_scripts: bool):
    settle(world)
    owner = world.customer()
    world.site(owner)
    page = open_page(java_script_enabled=has_scripts)
    with post_office(world) as post:
        post.deliver()
        page.goto(post.link())

    expect(page.locator("h1")).to_have_text("Confirm your e-mail address")
    page.get_by_role("button", name="Confirm the address").click()
    expect(page.locator("h1")).to_have_text("Your e-mail address is confirmed")
    page.get_by_role("link", name="Go to your site").click()

    page.wait_for_url(world.url("bageri", "/sign-in?next=/dashboard"))


@pytest.mark.parametrize("has_scripts", [True, False])
def test_an_admin_verifies_by_hand(world: World, open_page: Open, has_scripts: bool):
    settle(world)
    owner = registered(world, "asa@example.com", "Åsa", "Lind", verification="pending")
    world.admin()
    page = open_page(java_script_enabled=has_scripts)
    enter(world, page, f"/customers/{owner.customer_id}")
    page.get_by_role("button", name="Send the link again").click()
    expect(page.locator("#toasts .toast").first).to_contain_text("A new link is on its way to the customer.")

    page.get_by_role("link", name="Change the e-mail verification").click()
    page.locator("input[value=verified]").check()
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#panel-fields .pill-green")).to_have_text("Verified")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_no_page_about_verification_has_a_fault(world: World, open_page: Open, look: Look):
    settle(world)
    owner = world.customer()
    world.site(owner)
    world.admin()
    page = open_page(**look)
    with post_office(world) as post:
        post.deliver()
        link = post.link()
    found = []
    for address in (link, world.url("admin", "/links/verify?token=x"), world.url("admin", "/links/verify")):
        page.goto(address)
        found += faults(page)
    page.locator("#email").fill("nobody@example.com")
    page.locator(".btn-brand").click()
    found += faults(page)
    enter(world, page, f"/customers/{owner.customer_id}")
    found += faults(page)
    page.goto(world.url("admin", f"/customers/{owner.customer_id}/verification"))
    found += faults(page)
    page.goto(link)
    page.locator(".btn-brand").click()
    found += faults(page)

    assert found == []
