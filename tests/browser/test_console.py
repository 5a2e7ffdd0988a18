"""What an admin does in the console, with scripts and without."""

import pytest
from playwright.sync_api import Page, Route, expect

from kernel.breaker import Breaker
from tests.browser.conftest import Open, enter
from tests.console.people import paid, settle, site_of
from tests.flows.world import PASSWORD, Owner, World


def test_typing_finds_customers_and_the_address_says_so(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page)
    expect(page.locator("li.customer")).to_have_count(len(owners))

    page.locator("#q").press_sequentially("asa")

    expect(page.locator("li.customer")).to_have_count(1)
    expect(page.locator("li.customer h2")).to_contain_text("Åsa Lindqvist")
    assert page.url == world.url("admin", "/customers?q=asa")


def test_the_filters_are_still_there_after_going_back(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page, "/customers?q=asa&sort=name")

    page.locator("li.customer h2 a").click()
    page.wait_for_url("**/customers/*")
    page.go_back()

    expect(page.locator("#q")).to_have_value("asa")
    expect(page.locator("#sort")).to_have_value("name")


def test_the_table_is_chosen_and_stays(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page)

    page.get_by_role("button", name="Table").click()
    expect(page.locator("tbody tr")).to_have_count(len(owners))
    page.goto(world.url("admin", "/customers"))

    expect(page.locator("tbody tr")).to_have_count(len(owners))


def test_vip_is_switched_in_place(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page, f"/customers/{owners[1].customer_id}")
    expect(page.locator("#vip-mark .pill-vip")).to_have_count(0)

    page.get_by_role("switch", name="VIP").click()

    expect(page.get_by_role("switch", name="VIP")).to_have_attribute("aria-checked", "true")
    expect(page.locator("#vip-mark .pill-vip")).to_be_visible()
    expect(page.locator("#toasts .toast.shown")).to_contain_text("The customer is marked as VIP.")


def test_the_tab_of_billing_info_shows_the_address(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page, f"/customers/{owners[0].customer_id}")
    expect(page.get_by_text("Storgatan 1")).to_be_hidden()

    page.get_by_role("tab", name="Billing info").click()

    expect(page.get_by_text("Storgatan 1")).to_be_visible()


def test_a_box_whose_service_was_away_is_tried_again_alone(
    world: World, open_page: Open, owners: list[Owner]
):
    page = open_page()
    enter(world, page)
    world.stack.served["sites"].stop()
    try:
        page.goto(world.url("admin", f"/customers/{owners[0].customer_id}"))
        expect(page.locator("#panel-sites")).to_contain_text("The sites service does not answer.")
    finally:
        world.stack.served["sites"].start()
    page.evaluate("window.stayed = true")

    world.stack.gateway.extensions["clients"].callers["sites"].breaker = Breaker()
    page.locator("#panel-sites .btn").click()

    expect(page.locator("#panel-sites .rows li")).to_have_count(1)
    assert page.evaluate("window.stayed") is True


def test_while_the_list_loads_its_skeleton_stands_in_for_it(
    world: World, open_page: Open, owners: list[Owner]
):
    page = open_page()
    enter(world, page)
    expect(page.locator("#results-wait")).to_be_hidden()
    held = hold(page, "**/customers?*")

    page.locator("#q").fill("asa")
    expect(page.locator("#results-wait .skeleton").first).to_be_visible()
    held[0].continue_()

    expect(page.locator("li.customer")).to_have_count(1)
    expect(page.locator("#results-wait")).to_be_hidden()


def test_while_a_box_loads_its_skeleton_stands_in_for_it(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    for amount in range(100, 1300, 100):
        paid(world, owners[0], amount)
    settle(world)
    enter(world, page, f"/customers/{owners[0].customer_id}")
    held = hold(page, "**/panels/events?*")

    page.locator("#panel-events select").select_option("payment")
    expect(page.locator("#panel-events .skeleton").first).to_be_visible()
    held[0].continue_()

    expect(page.locator("#panel-events .skeleton").first).to_be_hidden()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_an_admin_switches_edits_a_page_and_comes_back(
    world: World, open_page: Open, owners: list[Owner], has_scripts: bool
):
    page = open_page(java_script_enabled=has_scripts)
    own = f"/customers/{owners[0].customer_id}"
    enter(world, page, own)
    page.get_by_role("link", name="Switch to").click()
    page.locator("#reason").fill("Hjälp med startsidan")
    page.get_by_role("button", name="Switch to").click()
    if not has_scripts:
        page.get_by_role("button", name="Go on to the site").click()
    page.wait_for_url("**/dashboard")
    expect(page.locator(".visit")).to_contain_text("Ada Admin, you are here as")

    page.locator(".rows a.btn").first.click()
    page.locator("#markdown").fill("Nybakat **varje** morgon")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="View the site").click()
    expect(page.locator("main strong")).to_have_text("varje")
    page.get_by_role("button", name="Switch back").click()

    page.wait_for_url(world.url("admin", own))
    page.goto(world.url(site_of(owners[0]), "/"))
    expect(page.locator(".visit")).to_have_count(0)


def test_the_whole_network_is_searched_from_the_keyboard(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page)

    page.keyboard.press("Control+k")
    page.keyboard.type("bageriet")
    expect(page.locator("#hits a.hit").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/customers/{owners[0].customer_id}")


def test_the_list_is_worked_with_the_keyboard_alone(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page)

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("/")

    expect(page.locator("#q")).to_be_focused()


def test_the_menu_opens_on_a_phone(world: World, open_page: Open, owners: list[Owner]):
    page = open_page(width=390, height=844)
    enter(world, page)
    expect(page.locator(".rail")).to_be_hidden()

    page.locator(".drawer summary").click()
    page.locator(".drawer-panel").get_by_role("link", name="VIP").click()

    page.wait_for_url("**/customers?tab=vip")


def test_everything_works_without_scripts(world: World, open_page: Open, owners: list[Owner]):
    page = open_page(java_script_enabled=False)
    page.goto(world.url("admin", "/sign-in"))
    page.locator("#login").fill("admin@demo.example")
    page.locator("#password").fill(PASSWORD)
    page.locator(".door-card button").click()

    page.locator("#q").fill("asa")
    page.get_by_role("button", name="Show").click()
    page.locator("li.customer h2 a").click()
    expect(page.get_by_text("Storgatan 1")).to_be_visible()
    page.get_by_role("switch", name="VIP").click()
    expect(page.locator("#toasts")).to_contain_text("The customer is no longer marked as VIP.")

    page.locator("a.find").click()
    page.locator("main input[name=q]").fill("bageriet")
    page.locator("main form button").click()
    expect(page.locator("main a.hit").first).to_be_visible()


def hold(page: Page, pattern: str) -> list[Route]:
    """Keep what the page asks for, until the test lets it go on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(pattern, keep)
    return held
