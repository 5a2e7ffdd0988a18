"""The list of sites in the console: found by title, host and owner, as cards and table, and as a file."""

import pytest
from werkzeug.wrappers import Response

from services.sites.sites import create_site
from tests.console.people import registered, settle
from tests.flows.browser import Browser
from tests.flows.world import World


@pytest.fixture(autouse=True)
def sites(world: World) -> None:
    world.site(registered(world, "asa@example.com", "Åsa", "Lind"), "bageri")
    world.site(registered(world, "bo@example.com", "Bo", "Ek"), "florist", is_open=False)
    with world.databases["sites"].unit_of_work(world.command) as uow:
        create_site(uow, name="mall", title="Mallen", type="template")
    settle(world)


def shown(world: World, browser: Browser, path: str) -> str:
    answer = browser.get(world.url("admin", path))
    assert answer.status == 200, answer.text
    return answer.text


def test_the_list_names_hosts_owners_and_counts(world: World, browser: Browser):
    page = shown(world, browser, "/sites")

    assert 'href="/sites" aria-current="page"' in page
    assert f"bageri.{world.domain}" in page
    assert "<bdi>Åsa Lind</bdi>" in page
    assert "The network itself" in page
    for tab, count in (("All", 3), ("Customer-owned", 2), ("Templates", 1), ("Pending", 2), ("Disabled", 0)):
        assert f'{tab}<span class="count">{count}</span>' in page


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/sites?q=flor", ["florist"]),
        ("/sites?q=Lind", ["bageri"]),
        ("/sites?q=asa@example.com", ["bageri"]),
        ("/sites?tab=template", ["mall"]),
        ("/sites?tab=pending&q=bo", ["florist"]),
    ],
)
def test_sites_are_found(world: World, browser: Browser, path: str, found: list[str]):
    page = shown(world, browser, path)

    assert [name for name in ("bageri", "florist", "mall") if f"{name}.{world.domain}" in page] == found


def test_nothing_found_says_how_is_searched(world: World, browser: Browser):
    assert "No site is like that" in shown(world, browser, "/sites?q=nobody")


def test_a_table_is_remembered(world: World, browser: Browser):
    form = browser.get(world.url("admin", "/sites?tab=pending")).form("/sites/layout")

    chosen = browser.post(world.url("admin", "/sites/layout"), form | {"layout": "table"})

    assert chosen.headers["Location"] == "/sites?tab=pending"
    assert "<table" in browser.follow(chosen).text
    assert "<table" in shown(world, browser, "/sites")


@pytest.mark.parametrize("typed", [{"layout": "spiral"}, {"layout": "table", "back": "//else.example"}])
def test_a_layout_leads_nowhere_else(world: World, browser: Browser, typed: dict[str, str]):
    form = browser.get(world.url("admin", "/sites")).form("/sites/layout")

    answer = browser.post(world.url("admin", "/sites/layout"), form | typed)

    assert (answer.status, answer.headers.get("Location")) in {(400, None), (303, "/sites")}


def test_the_file_names_the_owners(world: World, browser: Browser):
    form = browser.get(world.url("admin", "/sites")).form("/sites/export")

    answer = browser.post(world.url("admin", "/sites/export"), form)

    header, mall, florist, bageri = answer.text.splitlines()
    assert header.split(",")[7:10] == ["customer", "email", "customer_id"]
    assert mall.split(",")[7:10] == ["", "", ""]
    assert [line.split(",")[8] for line in (florist, bageri)] == ["bo@example.com", "asa@example.com"]


def test_sites_that_are_away_are_a_state_of_the_page(world: World, browser: Browser, spoil):
    spoil("sites", Response(status=503))

    answer = browser.get(world.url("admin", "/sites"))

    assert answer.status == 503
    assert "The sites cannot be shown right now" in answer.text
