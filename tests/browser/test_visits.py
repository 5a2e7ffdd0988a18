"""Visits in Chromium: chosen, seen, ended, and read about by the network and by the owner."""

import pytest

from tests.browser.conftest import Open, enter
from tests.browser.test_pages import LOOKS, Look, faults
from tests.console.people import site_of
from tests.flows.world import PASSWORD, Owner, World


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_no_page_about_visits_has_a_fault(world: World, open_page: Open, owners: list[Owner], look: Look):
    page = open_page(**look)
    enter(world, page, f"/customers/{owners[0].customer_id}/switch")
    found = faults(page)
    page.locator('input[name="mode"][value="look"]').check()
    page.locator("#reason").fill("Hjälp med startsidan")
    page.locator(".card-ends .btn-primary").click()
    page.wait_for_url("**/dashboard")
    found += faults(page)
    assert page.locator('a[href^="/dashboard/pages/"]').count() == 0
    page.goto(world.url(site_of(owners[0]), "/dashboard/account"))
    found += faults(page)
    page.goto(world.url("admin", "/switches"))
    found += faults(page)
    page.locator('tbody a[href^="/switches/"]').first.click()
    found += faults(page)
    page.goto(world.url("admin", "/settings"))
    found += faults(page)

    assert found == []


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_an_owner_allows_assistance_and_sees_who_was_here(
    world: World, open_page: Open, owners: list[Owner], look: Look
):
    page = open_page(**look)
    page.goto(world.url(site_of(owners[0]), "/sign-in"))
    page.locator("#login").fill(owners[0].email)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard")
    page.goto(world.url(site_of(owners[0]), "/dashboard/account"))
    found = faults(page)
    page.locator("#until").fill("2000-01-01")
    page.locator('form[action$="/assistance"] .btn-primary').click()
    found += faults(page)
    assert page.locator("#until-error").count() == 1

    assert found == []
