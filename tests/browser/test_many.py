"""Many customers at a time, by hand: rows, the page, everybody, and the page that shows how far it is."""

from playwright.sync_api import expect

from tests.browser.conftest import Open, enter
from tests.console.test_bulk import perform_all, vips
from tests.flows.world import Owner, World


def test_rows_are_selected_and_marked_and_a_toast_says_so(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page, "/customers?sort=name")
    before = vips(world)
    expect(page.locator(".bulk-actions")).to_be_hidden()

    boxes = page.locator("input[name=id]")
    boxes.nth(0).check()
    boxes.nth(1).focus()
    page.keyboard.press("Space")
    expect(page.locator(".bulk-count")).to_have_text("2 selected")
    page.get_by_role("button", name="Mark as VIP").click()

    expect(page.locator("#toasts")).to_contain_text("2 customers are marked as VIP.")
    assert page.url.endswith("/customers?sort=name")
    assert len(vips(world) - before) in {1, 2}


def test_the_page_is_selected_and_deselected(world: World, open_page: Open, owners: list[Owner]):
    page = open_page(width=390)
    enter(world, page)
    whole, boxes = page.get_by_label("Select the page"), page.locator("input[name=id]:checked")

    whole.check()
    expect(boxes).to_have_count(len(owners))
    boxes.first.uncheck()
    assert page.evaluate("document.querySelector('[data-selects-page]').indeterminate")
    whole.check()
    whole.uncheck()

    expect(boxes).to_have_count(0)
    expect(page.locator(".bulk-actions")).to_be_hidden()


def test_everybody_is_marked_while_the_page_shows_how_far_it_is(world: World, open_page: Open):
    world.admin()
    for number in range(60):
        world.customer(f"p{number}@example.com", "Åsa", f"Nr {number}")
    page = open_page()
    enter(world, page)

    page.get_by_label("All 60 under this tab").check()
    page.get_by_role("button", name="Mark as VIP").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mark 60 customers as VIP?")
    page.locator(".card-ends .btn-primary").click()
    expect(page.locator(".bar-words")).to_have_text("0 of 60")
    perform_all(world)

    # Nobody reloads the page: it asks by itself.
    expect(page.locator(".bar-words")).to_have_text("60 of 60")
    assert len(vips(world)) == 60


def test_without_scripts_rows_are_selected_all_the_same(world: World, open_page: Open, owners: list[Owner]):
    page = open_page(java_script_enabled=False)
    enter(world, page)

    page.locator("input[name=id]").first.check()
    page.get_by_role("button", name="No longer VIP").click()

    expect(page.locator("#toasts")).to_contain_text("1 customer is no longer marked as VIP.")
