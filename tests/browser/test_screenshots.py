"""The pictures of the README, made anew from the pages as they are."""

import os
from pathlib import Path

import pytest

from tests.browser.conftest import Open, enter
from tests.flows.world import Owner, World

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The pictures in the repository change only when asked to: ``ATOLL_PICTURES=1 pytest tests/browser``."""
    return IMAGES if os.environ.get("ATOLL_PICTURES") else tmp_path


def test_pictures_of_the_list_and_of_a_customer(
    world: World, open_page: Open, owners: list[Owner], folder: Path
):
    page = open_page(width=1280, height=860, device_scale_factor=1)
    enter(world, page)
    page.evaluate("document.fonts.ready")

    page.screenshot(path=folder / "customers.png")
    page.goto(world.url("admin", f"/customers/{owners[0].customer_id}"))
    page.evaluate("document.fonts.ready")
    page.screenshot(path=folder / "customer.png")

    assert {picture.name for picture in folder.glob("customer*.png")} == {"customers.png", "customer.png"}
