"""The customer page: its blocks in their order, and what each costs when a service is away."""

import re
from time import monotonic
from uuid import uuid4

import pytest

from kernel.contracts.customers import BillingInfo
from tests.console.people import member, paid, product, registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World

TITLES = ["At a glance", "Customer options", "Fields", "Custom fields", "Memberships", "Payments", "Sites",
          "Notes", "Mail", "Events", "Signing in", "Last sign-in & IP addresses", "Timestamps",
          "Delete"]  # fmt: skip


@pytest.fixture
def owner(world: World) -> Owner:
    made = registered(
        world, "asa@example.com", "Åsa", "Lind", username="asalind",
        billing=BillingInfo(email="faktura@example.com", line1="Storgatan 1", city="Umeå", country="SE"),
    )  # fmt: skip
    member(world, made, product(world, "Bas", 19900))
    paid(world, made, 125000)
    world.site(made)
    settle(world)
    return made


def page(world: World, browser: Browser, owner: Owner, rest: str = "", **headers: str) -> Answer:
    return browser.get(world.url("admin", f"/customers/{owner.customer_id}{rest}"), headers=headers)


def titles(answer: Answer) -> list[str]:
    return re.findall(r'<h2 class="card-title"[^>]*>(.*?)</h2>', answer.text)


def test_the_blocks_stand_in_their_order_with_what_three_services_know(
    world: World, browser: Browser, owner: Owner
):
    answer = page(world, browser, owner)

    assert answer.status == 200
    assert titles(answer) == TITLES
    for words in (
        'data-copy="1"',
        "SEK\u00a01,250.00",
        "faktura@example.com",
        "Storgatan 1",
        "Umeå",
        "Sweden",
    ):
        assert words in answer.text
    for words in ("Sweden", "asalind", "Bas", "bageri.", "Imported as customer 1", "Has never signed in."):
        assert words in answer.text


def test_each_service_is_asked_once(
    world: World, browser: Browser, owner: Owner, calls: list[tuple[str, str]]
):
    page(world, browser, owner)
    calls.clear()

    page(world, browser, owner)

    asked = sorted(name for name, path in calls if not path.startswith("/v1/hosts/"))
    assert asked == ["billing", "customers", "sites"]


def test_with_billing_stopped_the_page_comes_and_its_boxes_say_so(
    world: World, browser: Browser, owner: Owner
):
    page(world, browser, owner)
    world.stack.served["billing"].stop()
    try:
        began = monotonic()
        answer = page(world, browser, owner)
        took = monotonic() - began
    finally:
        world.stack.served["billing"].start()

    assert answer.status == 200
    assert took < 1.5
    assert titles(answer) == TITLES
    assert answer.text.count("The billing service does not answer. Try again in a moment.") == 2
    assert f'hx-get="/customers/{owner.customer_id}/panels/memberships"' in answer.text


def test_a_service_that_is_stuck_costs_no_more_than_the_pages_patience(
    world: World, browser: Browser, owner: Owner, spoil, stuck
):
    page(world, browser, owner)
    spoil("sites", stuck)

    began = monotonic()
    answer = page(world, browser, owner)

    assert answer.status == 200
    assert monotonic() - began < 1.5
    assert answer.text.count("This took too long.") == 1
    assert "Storgatan 1" in answer.text


def test_a_service_that_talks_nonsense_costs_its_own_boxes(
    world: World, browser: Browser, owner: Owner, spoil
):
    spoil("billing", lambda _environ, start: start("200 OK", []) or [b'{"surprise": true}'])

    answer = page(world, browser, owner)

    assert answer.status == 200
    assert answer.text.count('class="card-body box-failure"') == 2


def test_a_box_is_fetched_again_alone(world: World, browser: Browser, owner: Owner):
    fragment = page(world, browser, owner, "/panels/payments", **{"HX-Request": "true"})
    whole = page(world, browser, owner, "/panels/payments")

    assert fragment.text.lstrip().startswith('<section id="panel-payments"')
    assert titles(fragment) == titles(whole) == ["Payments"]
    assert "<html" in whole.text


def test_a_box_that_does_not_exist_is_not_found(world: World, browser: Browser, owner: Owner):
    assert page(world, browser, owner, "/panels/secrets").status == 404


def test_older_events_are_asked_for_by_their_cursor(world: World, browser: Browser, owner: Owner):
    for amount in range(100, 2600, 100):
        paid(world, owner, amount)
    settle(world)

    found = re.search(
        r'href="(/customers/[^"]+/panels/events\?after=[^"]+)"', page(world, browser, owner).text
    )

    assert found
    older = browser.get(world.url("admin", found.group(1)))
    assert "Payment" in older.text
    assert "Imported as customer 1" not in page(world, browser, owner).text


@pytest.mark.parametrize("wanted", [True, False])
def test_vip_is_changed_without_scripts(world: World, browser: Browser, owner: Owner, wanted: bool):
    if not wanted:
        browser.post(*form_of_vip(world, browser, owner))

    answer = browser.follow(browser.post(*form_of_vip(world, browser, owner)))

    assert ("pill-vip" in answer.text) is wanted
    expected = "The customer is marked as VIP." if wanted else "The customer is no longer marked as VIP."
    assert expected in answer.text


def test_vip_is_changed_in_place_with_htmx(world: World, browser: Browser, owner: Owner):
    url, form = form_of_vip(world, browser, owner)

    answer = browser.post(url, form, headers={"HX-Request": "true"})

    assert answer.text.lstrip().startswith('<section id="panel-options"')
    assert 'aria-checked="true"' in answer.text
    assert 'id="vip-mark" hx-swap-oob="true"' in answer.text
    assert 'hx-swap-oob="beforeend:#toasts"' in answer.text


def test_who_may_not_edit_has_no_switch_and_is_refused(world: World, browser: Browser, owner: Owner):
    url, form = form_of_vip(world, browser, owner)
    world.admin("fia@demo.example", role="finance")
    finance = world.signed_in("fia@demo.example")

    shown = page(world, finance, owner)
    form["csrf_token"] = shown.form("/sign-out")["csrf_token"]
    answer = finance.post(url, form)

    assert 'role="switch"' not in shown.text
    assert answer.status == 403
    assert "pill-vip" not in page(world, browser, owner).text


def test_a_customer_who_does_not_exist_is_not_found(world: World, browser: Browser):
    answer = browser.get(world.url("admin", f"/customers/{uuid4()}"))

    assert answer.status == 404
    assert "There is no such customer." in answer.text


def test_a_name_from_right_to_left_does_not_turn_the_words_around_it(world: World, browser: Browser):
    name = "محمد (الفارسي)"
    owner = registered(world, "alfarsi@example.com", "محمد", "(الفارسي)")
    site_id = world.site(owner)
    settle(world)

    places = [f"/sites/{site_id}", f"/customers/{owner.customer_id}/switch", "/search?q=alfarsi"]
    shown = {path: browser.get(world.url("admin", path)).text for path in places}

    assert {path: f"<bdi>{name}</bdi>" in text for path, text in shown.items()} == dict.fromkeys(places, True)


def test_a_name_is_shown_as_text(world: World, browser: Browser):
    owner = registered(world, "eve@example.com", "<script>alert(1)</script>", "Ek")

    answer = page(world, browser, owner)

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


def form_of_vip(world: World, browser: Browser, owner: Owner) -> tuple[str, dict[str, str]]:
    path = f"/customers/{owner.customer_id}/vip"
    return world.url("admin", path), page(world, browser, owner).form(path)
