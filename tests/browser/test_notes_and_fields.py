"""Notes and custom fields as an admin works with them: in place with scripts, and the same without."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, enter
from tests.console.test_custom_fields import define
from tests.flows.world import Owner, World


def test_a_note_is_written_in_place_and_an_empty_one_is_refused_there(
    world: World, open_page: Open, owners: list[Owner]
):
    page = open_page()
    enter(world, page, f"/customers/{owners[0].customer_id}")
    box, loads = page.locator("#panel-notes"), loads_of(page)

    box.get_by_label("New note").fill("   ")
    box.get_by_role("button", name="Add note").click()
    expect(box.locator("#text-error")).to_have_text("Write something first.")
    box.get_by_label("New note").fill("Ring **före** tio.")
    box.get_by_role("button", name="Add note").click()

    expect(box.locator(".notes strong", has_text="före")).to_be_visible()
    expect(box.get_by_label("New note")).to_have_value("")
    expect(page.locator("#toasts .toast.shown")).to_contain_text("The note is saved.")
    assert loads == []


def test_a_note_is_deleted_after_a_question_with_the_keyboard(
    world: World, open_page: Open, owners: list[Owner]
):
    page = open_page(width=390, java_script_enabled=False)
    enter(world, page, f"/customers/{owners[0].customer_id}")
    page.get_by_label("New note").fill("Bort med mig")
    page.get_by_role("button", name="Add note").press("Enter")

    page.get_by_role("link", name="Delete the note of").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete the note?")
    page.get_by_role("button", name="Delete").press("Enter")

    expect(page.locator("#panel-notes .empty")).to_have_text("No notes.")


def test_a_field_is_defined_filled_in_and_found(world: World, open_page: Open, owners: list[Owner]):
    page = open_page()
    enter(world, page, "/settings/fields")
    page.get_by_label("Kind").select_option("choice")
    page.get_by_role("button", name="Add a field").click()
    page.locator('input[name="label_en"]').fill("Size")
    page.get_by_label("Choice 1 – English").fill("Small")
    page.get_by_label("Choice 2 – English").fill("Enormous")
    page.get_by_role("checkbox", name="Shown in lists").check()
    page.get_by_role("checkbox", name="Searchable").check()
    page.get_by_role("button", name="Add the field").click()
    expect(page.locator(".rows strong")).to_have_text(["Size"])

    page.goto(world.url("admin", f"/customers/{owners[0].customer_id}"))
    page.get_by_role("link", name="Edit custom fields").click()
    page.get_by_label("Size").select_option("Enormous")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#panel-custom-fields dd")).to_have_text(["Enormous"])
    page.goto(world.url("admin", "/customers?q=enorm"))

    expect(page.locator("li.customer")).to_have_count(1)
    expect(page.locator("li.customer dl")).to_contain_text("Enormous")


def test_what_was_typed_is_kept_beside_what_is_wrong(world: World, open_page: Open, owners: list[Owner]):
    define(world, "number", "Shoe size", "Skostorlek", is_required=True)
    page = open_page(locale="sv-SE")
    enter(world, page, f"/customers/{owners[0].customer_id}/fields")

    page.get_by_label("Skostorlek").fill("stor")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_label("Skostorlek")).to_have_value("stor")
    expect(page.get_by_label("Skostorlek")).to_have_accessible_description(re.compile("Skriv ett tal"))
    page.get_by_label("Skostorlek").fill("38,5")
    page.get_by_role("button", name="Spara").click()

    expect(page.locator("#panel-custom-fields dd")).to_have_text(["38,5"])


def loads_of(page: Page) -> list[str]:
    """Return the whole pages that are loaded from now on."""
    loaded: list[str] = []
    page.on("load", lambda loaded_page: loaded.append(loaded_page.url))
    return loaded
