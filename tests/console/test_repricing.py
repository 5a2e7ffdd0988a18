"""The page that gives running memberships the new price of their product."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.contracts.products import ProductChange
from services.billing.models import Product, Repricing
from services.billing.products.changes import change_product
from services.billing.products.sale import terms_of
from tests.console.people import member, product, registered
from tests.flows.browser import Browser
from tests.flows.world import World


@pytest.fixture
def dearer(world: World) -> UUID:
    """A plan that two have at 199 kronor, and that costs 249 by now."""
    bas = product(world, "Bas", 19900)
    for name in ("asa", "bo"):
        member(world, registered(world, f"{name}@example.com", name.title(), "Lind"), bas)
    raise_to(world, bas, 24900)
    return bas


def raise_to(world: World, product_id: UUID, amount: int) -> None:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        terms = terms_of(uow.get(Product, product_id))
        prices = tuple(price.model_copy(update={"amount": amount}) for price in terms.prices)
        changed = terms.model_copy(update={"prices": prices})
        change_product(uow, product_id, ProductChange(seen=None, terms=changed))


def ordered(world: World) -> list[int]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Repricing.expected)))


def test_it_says_how_many_change_and_from_which_price_to_which(world: World, browser: Browser, dearer: UUID):
    path = f"/products/{dearer}/repricing"

    product_page = browser.get(world.url("admin", f"/products/{dearer}")).text
    shown = browser.get(world.url("admin", path)).text

    assert f'href="{path}"' in product_page
    for words in ("SEK\xa0199.00 → SEK\xa0249.00", "per month", "2 memberships"):
        assert words in shown
    assert ordered(world) == []


def test_it_is_ordered_once_and_the_page_says_how_far_it_has_come(
    world: World, browser: Browser, dearer: UUID
):
    url = world.url("admin", path := f"/products/{dearer}/repricing")
    form = browser.get(url).form(path)

    first, again = browser.post(url, form), browser.post(url, form)
    shown = browser.follow(again)

    assert (first.status, again.status, ordered(world)) == (303, 303, [2])
    assert "2 memberships get the new price" in shown.text
    assert "Being done: 0 of 2." in shown.text
    assert "btn-primary" not in shown.text.partition('class="card-ends"')[2]


def test_what_was_not_seen_is_not_ordered(world: World, browser: Browser, dearer: UUID):
    url = world.url("admin", path := f"/products/{dearer}/repricing")
    form = browser.get(url).form(path)
    raise_to(world, dearer, 29900)

    refused = browser.post(url, form)

    assert (refused.status, ordered(world)) == (409, [])
    assert "Somebody else saved this product meanwhile." in refused.text
    assert "SEK\xa0299.00" in refused.text


def test_programs_order_it_too(world: World, dearer: UUID):
    url = world.url("admin", f"/api/v1/products/{dearer}/repricing")
    headers = {"Authorization": f"Bearer {world.api_key('billing.view', 'billing.edit')}"}
    seen = json.loads(world.browser().get(url, headers=headers).text)["version"]

    answer = world.browser().send_json(
        "POST", url, {"seen": seen}, headers=headers | {"Idempotency-Key": "a"}
    )

    assert (answer.status, ordered(world)) == (202, [2])
