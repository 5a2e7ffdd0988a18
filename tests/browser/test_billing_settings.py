"""Settings > Billing, and a payment with its invoice, in Chromium: no fault in any look, and a logo."""

from io import BytesIO

import pytest
from PIL import Image

from tests.browser.conftest import Open, enter
from tests.browser.test_pages import LOOKS, Look, faults
from tests.console.people import paid, settle
from tests.flows.world import Owner, World

PATH = "/settings/billing"


def logo() -> bytes:
    written = BytesIO()
    Image.new("RGB", (400, 100), (10, 90, 60)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_the_page_has_no_fault_and_shows_the_logo(
    world: World, owners: list[Owner], open_page: Open, look: Look
) -> None:
    page = open_page(**look)
    enter(world, page, PATH)

    file = {"name": "logo.png", "mimeType": "image/png", "buffer": logo()}
    page.locator("#logo").set_input_files(file)  # type: ignore[arg-type]
    page.locator(f'form[action="{PATH}/logo"] button').click()
    shown = page.locator(".logo-preview")
    shown.wait_for()

    assert faults(page) == []
    assert shown.evaluate("image => image.naturalWidth") == 400


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_a_payment_with_its_invoice_has_no_fault(
    world: World, owners: list[Owner], open_page: Open, look: Look
) -> None:
    payment_id = paid(world, owners[0], 12500)
    settle(world)
    page = open_page(**look)

    enter(world, page, f"/payments/{payment_id}")
    page.locator('a[href$=".pdf"]').wait_for()

    assert faults(page) == []
