"""A membership worked with in Chromium: ended and not ended after all, edited, and given other products."""

from uuid import UUID

import pytest
from playwright.sync_api import expect

from services.billing.models import Membership
from tests.browser.conftest import Open, enter
from tests.browser.test_pages import faults
from tests.console.people import member, product, registered, settle
from tests.flows.world import World


@pytest.fixture
def membership_id(world: World) -> UUID:
    """Åsa's membership of Bas, 199 kronor a month; Webbutik is on sale too."""
    world.admin()
    settle(world)
    owner = registered(world, "asa@example.com", "Åsa", "Lind")
    made = member(world, owner, product(world, "Bas", 19900))
    product(world, "Webbutik", 49900)
    settle(world)
    return made


def stored(world: World, membership_id: UUID) -> Membership:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return uow.get(Membership, membership_id)


def test_it_is_ended_with_its_time_and_that_is_undone(
    world: World, open_page: Open, membership_id: UUID
) -> None:
    page = open_page()
    enter(world, page, f"/memberships/{membership_id}/cancel")

    page.get_by_label("When its time is over").check()
    page.get_by_role("button", name="Cancel the membership").click()
    page.wait_for_url(f"**/memberships/{membership_id}")
    ends = stored(world, membership_id).cancels_at
    page.goto(world.url("admin", f"/memberships/{membership_id}/undo"))
    page.locator(".card-ends button").click()
    page.wait_for_url(f"**/memberships/{membership_id}")

    kept = stored(world, membership_id)
    assert ends is not None
    assert (kept.status, kept.cancels_at) == ("active", None)


def test_it_is_ended_now_for_a_reason(world: World, open_page: Open, membership_id: UUID) -> None:
    page = open_page(width=390)
    enter(world, page, f"/memberships/{membership_id}/cancel")

    page.get_by_label("Now").check()
    page.get_by_label("In words").fill("Flyttar")
    page.get_by_role("button", name="Cancel the membership").click()

    expect(page.locator(".page-head .pill").first).to_have_text("Cancelled")
    assert stored(world, membership_id).cancel_reason == "Flyttar"


def test_its_amount_is_edited_and_what_is_wrong_stays_typed(
    world: World, open_page: Open, membership_id: UUID
) -> None:
    page = open_page()
    enter(world, page, f"/memberships/{membership_id}/edit")

    page.get_by_label("Amount in SEK").fill("mycket")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#amount-error")).to_contain_text("Write an amount")
    assert page.get_by_label("Amount in SEK").input_value() == "mycket"
    page.get_by_label("Amount in SEK").fill("249,50")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/memberships/{membership_id}")

    assert stored(world, membership_id).amount == 24950


@pytest.mark.parametrize("width", [390, 1280])
def test_its_products_are_changed_after_a_look_at_what_that_costs(
    world: World, open_page: Open, membership_id: UUID, width: int
) -> None:
    page = open_page(width=width)
    enter(world, page, f"/memberships/{membership_id}/products")

    page.locator(".product-row select").first.select_option(label="Webbutik")
    page.get_by_role("button", name="See what it costs").click()
    page.get_by_role("button", name="Change now").wait_for()
    found = faults(page)
    assert stored(world, membership_id).amount == 19900
    page.get_by_role("button", name="Change now").click()
    page.wait_for_url("**/payments/*")  # of the difference

    assert found == []
    assert stored(world, membership_id).amount == 49900
