"""The global search over three services."""

from tests.console.people import member, paid, product, registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import World


def search(world: World, browser: Browser, words: str, **headers: str) -> Answer:
    return browser.get(world.url("admin", f"/search?q={words}"), headers=headers)


def test_customers_and_sites_are_found_at_once(world: World, browser: Browser):
    owner = registered(world, "bageri@example.com", "Bageri", "Lind")
    site_id = world.site(owner, "bageri")
    settle(world)

    answer = search(world, browser, "bageri")

    assert f'href="/customers/{owner.customer_id}"' in answer.text
    assert f'href="/sites/{site_id}"' in answer.text


def test_memberships_and_payments_are_found_by_number(world: World, browser: Browser):
    owner = registered(world, "asa@example.com", "Åsa", "Lind")
    membership_id = member(world, owner, product(world, "Bas", 19900))
    payment_id = paid(world, owner, 5000)

    answer = search(world, browser, "1")

    assert f'href="/memberships/{membership_id}"' in answer.text
    assert f'href="/payments/{payment_id}"' in answer.text


def test_a_service_that_is_away_leaves_its_hits_out_and_says_so(world: World, browser: Browser):
    owner = registered(world, "asa@example.com", "Åsa", "Lind")
    world.stack.served["billing"].stop()
    try:
        answer = search(world, browser, "asa")
    finally:
        world.stack.served["billing"].start()

    assert answer.status == 200
    assert f'href="/customers/{owner.customer_id}"' in answer.text
    assert "Some things could not be searched." in answer.text


def test_the_dialog_gets_the_hits_alone(world: World, browser: Browser):
    answer = search(world, browser, "nobody", **{"HX-Request": "true"})

    assert "<html" not in answer.text
    assert "Nothing matches “nobody”." in answer.text


def test_an_empty_search_asks_no_service(world: World, browser: Browser, calls: list[tuple[str, str]]):
    search(world, browser, "")

    assert [path for _, path in calls if path.startswith("/v1/search")] == []
