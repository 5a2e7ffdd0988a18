"""A file of customers, by hand: chosen, looked at, imported, and what was refused fetched."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Open, enter
from tests.browser.test_pages import faults
from tests.console.test_imports import perform_all
from tests.flows.world import World

DEMO = Path(__file__).parents[2] / "demo"


def test_a_file_is_looked_at_imported_and_its_rejects_fetched(world: World, open_page: Open):
    world.admin()
    page = open_page()
    enter(world, page, "/customers/import")
    found = faults(page)

    page.locator("#file").set_input_files(DEMO / "atoll.csv")
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_role("heading", name="The first rows")).to_be_visible()
    perform_all(world, page.url)
    # Nobody reloads the page: it asks by itself.
    expect(page.get_by_text("Ready to import")).to_be_visible()
    found += faults(page)
    page.get_by_role("button", name="Import", exact=True).click()
    perform_all(world, page.url)
    expect(page.get_by_text("Imported", exact=True)).to_be_visible()
    with page.expect_download() as fetching:
        page.get_by_role("link", name="Download what was refused").click()

    assert fetching.value.path().read_text(encoding="utf-8-sig").startswith("line,reason,number")
    assert found + faults(page) == []


def test_columns_are_chosen_on_a_phone(world: World, open_page: Open, tmp_path: Path):
    world.admin()
    file = tmp_path / "medlemmar.csv"
    file.write_text("Adress;Kallas\nasa@shop.example;Åsa\n")
    page = open_page(width=390, color_scheme="dark", locale="sv-SE")
    enter(world, page, "/customers/import")
    page.locator("#file").set_input_files(file)
    page.locator(".card-ends .btn-primary").first.click()

    page.locator("#field-0").select_option("phone")
    page.locator(".card-ends .btn-primary").click()
    expect(page.get_by_role("alert")).to_contain_text("e-postadressen")
    expect(page.locator("#field-0")).to_have_value("phone")
    found = faults(page)
    page.locator("#field-0").select_option("email")
    page.locator("#field-1").select_option("first_name")
    page.locator("form[action$='/columns'] .btn-primary").click()

    expect(page.locator("td", has_text="asa@shop.example")).to_be_visible()
    assert found + faults(page) == []


def test_a_file_that_is_too_large_is_not_even_sent(world: World, open_page: Open, tmp_path: Path):
    world.admin()
    page = open_page()
    enter(world, page, "/customers/import")
    page.evaluate("document.querySelector('[data-upload]').dataset.upload = '10'")

    page.locator("#file").set_input_files(DEMO / "atoll.csv")

    expect(page.locator("#file-error")).to_have_text("The file is larger than 64 MB. Divide it.")
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import customers")


def test_a_file_is_dropped(world: World, open_page: Open):
    world.admin()
    page = open_page()
    enter(world, page, "/customers/import")
    dropping = """() => { const data = new DataTransfer();
        data.items.add(new File(["email,name\\n"], "dropped.csv"));
        document.querySelector(".drop-zone").dispatchEvent(new DragEvent("drop", {dataTransfer: data})); }"""

    page.evaluate(dropping)

    assert page.evaluate("document.getElementById('file').files[0].name") == "dropped.csv"
