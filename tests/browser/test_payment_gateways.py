"""The pages of the payment gateways in Chromium: no fault, a form that works, and a page to pay on."""

import pytest

from kernel.sealing import Sealer
from kernel.work import due, perform
from services.billing.gateways.configured import Gateways
from tests.billing.conftest import sek
from tests.billing.test_stripe_charges import order_of
from tests.browser.conftest import Open, enter
from tests.browser.test_pages import LOOKS, Look, faults
from tests.flows.world import Owner, World
from tests.payment_sandbox import Sandbox, sandbox
from worker.performers.gateway_checks import gateway_check

__all__ = ["sandbox"]

PATH = "/settings/gateways/stripe"


def run_checks(world: World) -> None:
    billing = world.databases["billing"]
    performer = gateway_check(Gateways(Sealer(world.stack.settings)))
    for check_id in due(performer, billing):
        perform(performer, billing, check_id)


def test_stripe_is_set_up_and_tested(
    world: World, owners: list[Owner], open_page: Open, sandbox: Sandbox
) -> None:
    page = open_page()
    enter(world, page, PATH)

    for name, value in sandbox.settings.items():
        page.locator(f'[name="field-{name}"]').fill(value)
    page.get_by_label("Switched on").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test").click()
    page.get_by_text("Being tested").wait_for()
    run_checks(world)

    page.get_by_text("The gateway answers.").wait_for()
    assert page.locator('[name="field-secret_key"]').input_value() == ""


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look.values())))
def test_the_page_to_pay_on_has_no_fault_and_takes_a_card(
    world: World, open_page: Open, sandbox: Sandbox, look: Look
) -> None:
    page = open_page(**look)
    waiting = sandbox.gateway().charge(order_of(sek(19900)))

    page.goto(waiting.page)
    found = faults(page)
    page.get_by_label("Card number").fill("4000 0000 0000 0002")
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("alert").wait_for()

    assert found == []
    assert "Your card was declined." in page.content()
    assert page.get_by_label("Card number").input_value() == "4000 0000 0000 0002"
