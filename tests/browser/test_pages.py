"""Every page in four looks: no axe violation of level A or AA, nothing wider than the window."""

import re
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from gateway.routing import ADMIN
from tests.browser.conftest import Open, enter
from tests.console.money import money_in_every_state
from tests.console.people import site_of, troubles
from tests.flows.browser import Browser
from tests.flows.world import Owner, World

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STICKING_OUT = """() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map(one => `${one.tagName} ${one.className}`).slice(0, 5)"""
Look = dict[str, object]
LOOKS: list[Look] = [
    {"width": 1280, "color_scheme": "light", "locale": "en-GB"},
    {"width": 1280, "color_scheme": "dark", "locale": "sv-SE"},
    {"width": 390, "color_scheme": "light", "locale": "sv-SE"},
    {"width": 390, "color_scheme": "dark", "locale": "en-GB"},
]


NO_PAGE = re.compile(
    r"\.(csv|pdf|png)$|/html$|/rejects$|/attachments/|/panels/<name>$|^/$|/gateways/<name>/test$|^/links/"
)
"""Files, pieces of a page, what leads on, and what is open to all."""

ID = "00000000-0000-0000-0000-000000000000"
VISITED_ELSEWHERE = [
    f"/customers/{ID}/delete", f"/deletions/{ID}",  # test_deletions.py
    f"/customers/{ID}/edit", "/customers/new",  # test_profiles.py
    f"/customers/{ID}/verification",  # test_verification.py
    f"/switches/{ID}",  # test_visits.py
    f"/customers/import/{ID}",  # test_imports.py
    f"/jobs/{ID}",  # test_many.py
    f"/mails/{ID}",  # test_mails.py
    f"/settings/admins/{ID}",  # test_admins.py
    f"/settings/fields/{ID}", f"/settings/fields/{ID}/delete",  # test_notes_and_fields.py
    f"/customers/{ID}/notes/{ID}", f"/customers/{ID}/notes/{ID}/delete",
]  # fmt: skip
"""What needs something that the tests of its own files make, and look at in the same way."""


def faults(page: Page) -> list[str]:
    """Return what axe finds, and what makes the page wider than its window."""
    # The policy of the page allows no script but ours; the debugger's own world is not bound by it.
    page.evaluate(AXE)
    found = page.evaluate("levels => axe.run({runOnly: levels})", LEVELS)
    said = [
        f"{page.url}: {v['id']} {[node['target'] for node in v['nodes'][:3]]}" for v in found["violations"]
    ]
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return said + (
        [f"{page.url}: {too_wide} px too wide: {page.evaluate(STICKING_OUT)}"] if too_wide > 0 else []
    )


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


@pytest.mark.parametrize("place", range(len(LOOKS)))
def test_no_page_about_money_has_a_fault(world: World, open_page: Open, owners: list[Owner], place: int):
    """Each is seen twice, once on a screen and once on a phone, in other colours and another language."""
    page = open_page(**LOOKS[place])
    paths = money_in_every_state(world, owners[0])
    enter(world, page)

    found = []
    for path in paths[place in {1, 2} :: 2]:
        answer = page.goto(world.url("admin", path))
        found += [] if answer and answer.ok else [f"{path}: {answer and answer.status}"]
        found += faults(page)

    assert found == []


def test_every_page_of_the_console_is_visited(world: World, owners: list[Owner]):
    troubles(world)
    visited = [*paths_of(world, owners[0]), *money_in_every_state(world, owners[0]), *VISITED_ELSEWHERE]
    adapter = world.stack.gateway.url_map.bind(ADMIN)

    places = {path.partition("?")[0] for path in visited} - {"/no-such-page"}
    rules = {adapter.match(place, return_rule=True)[0].rule for place in places}
    pages = {
        rule.rule
        for rule in world.stack.gateway.url_map.iter_rules()
        if rule.host == ADMIN and rule.endpoint.startswith("console.") and "GET" in (rule.methods or ())
    }
    assert sorted(rule for rule in pages - rules if not NO_PAGE.search(rule)) == []


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_no_page_of_a_site_has_a_fault(world: World, open_page: Open, owners: list[Owner], look: Look):
    page = open_page(**look)
    enter(world, page, f"/customers/{owners[0].customer_id}/switch")
    page.locator("#reason").fill("Hjälp med startsidan")
    page.locator("[name=mode][value=act]").check()
    page.locator(".card-ends .btn-primary").click()
    page.wait_for_url("**/dashboard")
    found = faults(page)
    editing = page.locator(".rows a.btn").first.get_attribute("href")

    for path in (str(editing), f"{editing}/delete", "/dashboard/pages/new", "/", "/no-such-page", "/sign-in"):
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
        f"{own}/sign-ins", f"{own}/force-sign-in", f"{own}/hand-over", "/deletions",
        "/account", "/account/second-factor", "/account/sign-ins",
        "/audit", "/events", "/switches", "/mails", "/settings/mail", "/settings/mail/refund/sv",
        "/settings/admins", "/settings/admins/invite", "/settings/api-keys", "/settings/api-keys/new",
        "/settings", "/no-such-page",
    ]  # fmt: skip


def linked_from(browser: Browser, world: World, own: str) -> list[str]:
    """Return where the arrows of a customer's page lead: one membership, payment and site."""
    text = browser.get(world.url("admin", own)).text
    return [
        f"/{kind}/" + text.split(f'href="/{kind}/', 1)[1][:36]
        for kind in ("memberships", "payments", "sites")
    ]
