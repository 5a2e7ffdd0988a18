"""The panels that come with Atoll, and what a wrong one does."""

from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from gateway.panels.request import PanelRequest
from kernel.contracts.plugins import Panel
from kernel.plugins import load
from tests.console.people import registered
from tests.flows.browser import Browser
from tests.flows.world import World

TEMPLATES = Path(__file__).parent.parent.parent / "gateway" / "templates"


def test_every_panel_is_registered_under_its_own_name_with_a_template_that_exists():
    for name, panel in load("atoll.panels", Panel).items():
        assert panel.name == name
        assert (TEMPLATES / panel.template).is_file()


def test_the_orders_of_a_page_are_all_different():
    places = [(panel.page, panel.column, panel.order) for panel in load("atoll.panels", Panel).values()]

    assert len(places) == len(set(places)) == len(entry_points(group="atoll.panels"))


@pytest.fixture
def broken(world: World) -> Iterator[None]:
    """A plugin whose panel falls over."""

    def load_nothing(_asked: PanelRequest) -> dict[str, object]:
        raise ZeroDivisionError("the plugin's own mistake")

    panels = world.stack.gateway.extensions["atoll.panels"]
    before = panels._panels
    panels._panels = [*before, Panel("broken", "customer", "Broken", 99, "panels/fields.html", load_nothing)]
    yield
    panels._panels = before


@pytest.mark.usefixtures("broken")
def test_a_plugin_that_falls_over_costs_its_own_box(world: World, browser: Browser):
    owner = registered(world, "asa@example.com", "Åsa", "Lind")

    answer = browser.get(world.url("admin", f"/customers/{owner.customer_id}"))

    assert answer.status == 200
    assert answer.text.count("This box could not be shown.") == 1
    assert answer.text.count('class="card-body box-failure"') == 1


def test_a_box_needs_its_permission(world: World, browser: Browser):
    owner = registered(world, "asa@example.com", "Åsa", "Lind")
    panels = world.stack.gateway.extensions["atoll.panels"]
    before = panels._panels
    panels._panels = [Panel("secret", "customer", "Secret", 1, "panels/fields.html", dict, "nobody.may")]
    try:
        page = browser.get(world.url("admin", f"/customers/{owner.customer_id}"))
        alone = browser.get(world.url("admin", f"/customers/{owner.customer_id}/panels/secret"))
    finally:
        panels._panels = before

    assert "Secret" not in page.text
    assert alone.status == 404
