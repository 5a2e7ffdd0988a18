"""Editing a customer by hand: the whole way, with scripts and without, and two admins at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, enter
from tests.browser.test_pages import LOOKS, Look, faults
from tests.flows.world import Owner, World

SAVED = re.compile(r"is saved\.")


def field(page: Page, name: str) -> str:
    return page.locator(f"#{name}").input_value()


def test_a_customer_is_found_edited_and_left_where_the_list_was(
    world: World, open_page: Open, owners: list[Owner]
):
    page = open_page()
    enter(world, page, "/customers?sort=name&q=asa")
    page.locator("li.customer h2 a").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.locator("h1")).to_have_text("Edit Åsa Lindqvist")

    page.get_by_label("Last name").fill("Berg")
    page.get_by_label("Phone").fill("070-174 06 05")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator("#toasts .toast.shown")).to_contain_text(SAVED)
    assert field(page, "phone") == "+46 70 174 06 05"
    page.get_by_label("Language", exact=True).select_option("sv")
    page.locator(".save-bar .btn-primary").click()

    page.wait_for_url("**/customers?**")
    assert "q=asa" in page.url
    assert "sort=name" in page.url
    expect(page.locator("li.customer h2")).to_contain_text("Åsa Berg")


def test_the_country_draws_its_own_fields_and_keeps_the_keyboard_where_it_is(
    world: World, open_page: Open, owners: list[Owner]
):
    page = open_page()
    enter(world, page, f"/customers/{owners[0].customer_id}/edit")
    expect(page.locator("#billing_state")).to_have_count(0)
    page.get_by_label("Last name").fill("Not saved yet")

    page.get_by_label("Country").focus()
    page.get_by_label("Country").select_option("US")

    expect(page.locator("select#billing_state option")).to_have_count(63)
    expect(page.get_by_label("ZIP code")).to_have_value("111 22")
    expect(page.locator("#billing_country")).to_be_focused()
    assert field(page, "last_name") == "Not saved yet"
    page.get_by_label("Country").select_option("HK")
    expect(page.locator("#billing_postcode")).to_have_count(0)


def test_wrong_input_stands_beside_its_field_and_reset_forgets_it(
    world: World, open_page: Open, owners: list[Owner]
):
    page = open_page()
    enter(world, page, f"/customers/{owners[0].customer_id}/edit")

    page.get_by_label("First name").fill("Eva")
    page.get_by_label("Postcode").fill("1")
    page.get_by_label("Phone").fill("soon")
    page.get_by_label("Phone").press("Enter")

    expect(page.locator("#phone-error")).to_have_text("This is no phone number.")
    expect(page.locator("#billing_postcode-error")).to_have_text("A postcode of Sweden looks like 11455.")
    assert (field(page, "first_name"), field(page, "phone")) == ("Eva", "soon")
    page.get_by_role("link", name="Reset").click()
    expect(page.get_by_label("First name")).to_have_value("Åsa")


def test_what_was_typed_is_not_left_without_a_question(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page, f"/customers/{owners[0].customer_id}/edit")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.get_by_label("First name").fill("Eva")
    page.get_by_role("link", name="Back", exact=True).click()

    expect(page.get_by_label("First name")).to_have_value("Eva")
    assert asked == ["beforeunload"]
    page.locator(".save-bar .btn-primary").click()
    page.wait_for_url("**/customers")
    assert asked == ["beforeunload"]


def test_two_admins_at_once_choose_field_by_field(world: World, open_page: Open, owners: list[Owner]):
    first, second = open_page(), open_page()
    for page in (first, second):
        enter(world, page, f"/customers/{owners[0].customer_id}/edit")
    first.get_by_label("Last name").fill("Berg")
    first.get_by_label("Company").fill("Berg AB")
    first.locator(".save-bar .btn-primary").click()
    first.wait_for_url("**/customers")

    second.get_by_label("Last name").fill("Dahl")
    second.get_by_label("First name").fill("Eva")
    second.locator(".save-bar .btn-primary").click()

    expect(second.locator("h1")).to_have_text("Somebody else changed this customer")
    expect(second.locator("fieldset.meanwhile")).to_have_count(2)
    expect(second.get_by_role("radio", name="Berg", exact=False).first).to_be_checked()
    second.get_by_role("radio", name="Dahl").check()
    second.get_by_role("button", name="Save the choice").click()
    second.wait_for_url("**/customers")
    second.goto(world.url("admin", f"/customers/{owners[0].customer_id}/edit"))
    now = [field(second, name) for name in ("first_name", "last_name", "billing_company")]
    assert now == ["Eva", "Dahl", "Berg AB"]


def test_without_scripts_a_country_is_changed_too(world: World, open_page: Open, owners: list[Owner]):
    page = open_page(java_script_enabled=False)
    enter(world, page, f"/customers/{owners[0].customer_id}/edit")

    page.get_by_label("Country").select_option("US")
    page.get_by_role("button", name="Show the fields of this country").click()
    page.get_by_label("State").select_option("NY")
    page.get_by_label("ZIP code").fill("10004")
    page.get_by_label("City").fill("New York")
    page.get_by_role("button", name="Save and continue").click()

    expect(page.locator(".toast")).to_contain_text(SAVED)
    expect(page.get_by_label("State")).to_have_value("NY")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_no_page_of_editing_has_a_fault(world: World, open_page: Open, owners: list[Owner], look: Look):
    page = open_page(**look)
    path = f"/customers/{owners[0].customer_id}/edit"
    enter(world, page, path)
    found = faults(page)
    page.goto(world.url("admin", "/customers/new"))
    found += faults(page)
    page.goto(world.url("admin", path))

    page.locator("#phone").fill("soon")
    page.locator(".save-bar .btn-primary").click()
    page.locator("#phone-error").wait_for()
    found += faults(page)
    other = open_page()
    enter(world, other, path)
    other.locator("#last_name").fill("Berg")
    other.locator(".save-bar .btn-primary").click()
    other.wait_for_url("**/customers")
    page.locator("#phone").fill("")
    page.locator("#last_name").fill("Dahl")
    page.locator(".save-bar .btn-primary").click()
    page.locator("fieldset.meanwhile").wait_for()
    found += faults(page)

    assert found == []


def test_a_customer_is_added_by_hand(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page)

    page.get_by_role("link", name="Add customer").click()
    page.get_by_label("E-mail", exact=True).fill("eva@example.com")
    page.get_by_label("First name").fill("Eva")
    page.get_by_label("First name").press("Enter")

    expect(page.locator("h1")).to_have_text("Eva")
    expect(page.locator("#toasts .toast.shown")).to_contain_text("Eva is registered as customer 10.")
