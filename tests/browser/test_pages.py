"""Every page in four looks: no axe violation of level A or AA, nothing wider than the window."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, enter
from tests.console.people import site_of, troubles
from tests.flows.browser import Browser
from tests.flows.world import Owner, World

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
Look = dict[str, object]
LOOKS: list[Look] = [
    {"width": 1280, "color_scheme": "light", "locale": "en-GB"},
    {"width": 1280, "color_scheme": "dark", "locale": "sv-SE"},
    {"width": 390, "color_scheme": "light", "locale": "sv-SE"},
    {"width": 390, "color_scheme": "dark", "locale": "en-GB"},
]


def faults(page: Page) -> list[str]:
    """Return what axe finds, and what makes the page wider than its window."""
    # The policy of the page allows no script but ours; the debugger's own world is not bound by it.
    page.evaluate(AXE)
    found = page.evaluate("levels => axe.run({runOnly: levels})", LEVELS)
    said = [
        f"{page.url}: {v['id']} {[node['target'] for node in v['nodes'][:3]]}" for v in found["violations"]
    ]
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return said + ([f"{page.url}: {too_wide} px too wide"] if too_wide > 0 else [])


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_no_page_of_the_console_has_a_fault(world: World, open_page: Open, owners: list[Owner], look: Look):
    page = open_page(**look)
    troubles(world)
    page.goto(world.url("admin", "/sign-in"))
    found = faults(page)
    enter(world, page)

    for path in paths_of(world, owners[0]):
        page.goto(world.url("admin", path))
        found += faults(page)

    assert found == []


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_no_page_of_a_site_has_a_fault(world: World, open_page: Open, owners: list[Owner], look: Look):
    page = open_page(**look)
    enter(world, page, f"/customers/{owners[0].customer_id}/switch")
    page.locator("#reason").fill("Hjälp med startsidan")
    page.locator(".card-ends .btn-primary").click()
    page.wait_for_url("**/dashboard")
    found = faults(page)
    editing = page.locator(".rows a.btn").first.get_attribute("href")

    for path in (str(editing), "/", "/no-such-page", "/sign-in"):
        page.goto(world.url(site_of(owners[0]), path))
        found += faults(page)

    assert found == []


def paths_of(world: World, owner: Owner) -> list[str]:
    """Return a path to every page of the console, in each of its states."""
    browser = world.signed_in()
    own = f"/customers/{owner.customer_id}"
    linked = linked_from(browser, world, own)
    return [
        "/customers", "/customers?q=nobody", "/customers?tab=online",
        own, f"{own}/switch", f"{own}/panels/events", f"{own}/fields", f"{own}/notes/delete",
        "/settings/fields", "/settings/fields/new?kind=choice", "/settings/gateways",
        "/settings/gateways/stripe", "/settings/gateways/manual",
        *linked, *(f"{linked[-1]}/{act}" for act in ("edit", "deactivate", "duplicate", "delete")),
        "/sites", "/sites?q=nobody", "/search?q=a", "/search?q=nobody-at-all", "/background",
        "/jobs", "/customers/export?q=a", "/customers/import",
        "/settings", "/no-such-page",
    ]  # fmt: skip


def linked_from(browser: Browser, world: World, own: str) -> list[str]:
    """Return where the arrows of a customer's page lead: one membership, payment and site."""
    text = browser.get(world.url("admin", own)).text
    return [
        f"/{kind}/" + text.split(f'href="/{kind}/', 1)[1][:36]
        for kind in ("memberships", "payments", "sites")
    ]
