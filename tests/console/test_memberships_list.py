"""The list of memberships in the console: tabs, filters, names, the file, and when a service is away."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services.billing.models import Membership
from tests.console.conftest import Wsgi
from tests.console.people import member, product, registered
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World

PATH = "/memberships"


@pytest.fixture
def people(world: World) -> list[Owner]:
    """Åsa has Bas, Bo has Stor."""
    bas, stor = product(world, "Bas", 19900), product(world, "Stor", 49900)
    owners = [
        registered(world, "asa@example.com", "Åsa", "Lind"),
        registered(world, "bo@example.com", "Bo", "Ek"),
    ]
    for owner, bought in zip(owners, (bas, stor), strict=True):
        member(world, owner, bought)
    return owners


def see(world: World, browser: Browser, path: str = PATH) -> Answer:
    return browser.get(world.url("admin", path))


def numbers(answer: Answer) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><a href="/memberships/[^"]*">#(\d+)</a>', answer.text)


def test_an_empty_list_says_so(world: World, browser: Browser):
    text = see(world, browser).text

    assert "No memberships yet" in text


def test_each_is_listed_with_its_customer_product_price_and_status(
    world: World, browser: Browser, people: list[Owner]
):
    answer = see(world, browser)

    assert numbers(answer) == ["2", "1"]
    for words in ("Åsa Lind", "bo@example.com", "Stor", "SEK\xa0499.00", "per month", "Active"):
        assert words in answer.text
    assert re.findall(r'>([\w ]+)<span class="count">(\d+)</span>', answer.text) == [
        ("All", "2"), ("Pending", "0"), ("Trial", "0"), ("Active", "2"), ("On hold", "0"), ("Expired", "0"),
        ("Cancelled", "0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=2", ["2"]),
        ("q=asa", ["1"]),
        ("q=bo@example", ["2"]),
        ("q=nobody", []),
        ("tab=active", ["2", "1"]),
        ("tab=on_hold", []),
        ("gateway=manual", ["2", "1"]),
        ("gateway=stripe", []),
        ("created_from=2001-01-01&created_until=2001-12-31", []),
        ("expires_from=2001-01-01", ["2", "1"]),
    ],
)
def test_it_is_searched_and_filtered(
    *, world: World, browser: Browser, people: list[Owner], query: str, found: list[str]
):
    answer = see(world, browser, f"{PATH}?{query}")

    assert (answer.status, numbers(answer)) == (200, found)
    assert ("No membership is like that" in answer.text) is (found == [])


def test_the_link_of_a_product_shows_those_who_have_it(world: World, browser: Browser, people: list[Owner]):
    with world.databases["billing"].unit_of_work(world.command) as uow:
        bas = uow.session.query(Membership).filter_by(number=1).one().product_id

    answer = see(world, browser, f"{PATH}?product_id={bas}")

    assert numbers(answer) == ["1"]
    assert f'<option value="{bas}" selected>Bas</option>' in answer.text


def test_pages_keep_what_was_asked_for(world: World, browser: Browser, people: list[Owner]):
    first = see(world, browser, f"{PATH}?limit=1&tab=active")
    [older] = re.findall(r'rel="next" href="([^"]*)"', first.text)
    second = see(world, browser, older.replace("&amp;", "&"))

    assert (numbers(first), numbers(second)) == (["2"], ["1"])
    assert "tab=active" in older
    assert 'rel="prev"' in second.text


def test_nonsense_in_the_address_is_refused(world: World, browser: Browser):
    answers = [see(world, browser, f"{PATH}?{query}") for query in ("tab=x", "created_from=x", "limit=0")]

    assert [answer.status for answer in answers] == [400, 400, 400]


def test_the_file_holds_what_the_list_shows_with_names(world: World, browser: Browser, people: list[Owner]):
    form = see(world, browser, f"{PATH}?q=asa").form(f"{PATH}/export")

    answer = browser.post(world.url("admin", f"{PATH}/export"), form)

    header, row = answer.text.removeprefix("\ufeff").splitlines()[:2]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert header.startswith("number,status,customer,email,customer_id,product")
    assert row.startswith("1,active,Åsa Lind,asa@example.com,")
    assert len(answer.text.strip().splitlines()) == 2


def test_without_names_the_list_is_shown_without_them(
    world: World, browser: Browser, people: list[Owner], spoil: Callable[[str, Wsgi], None]
):
    answering = world.stack.served["customers"].app.wsgi_app

    def nameless(environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"] != "/v1/customers/people":
            return answering(environ, start)
        start("503 Service Unavailable", [])
        return []

    spoil("customers", nameless)

    answer = see(world, browser)

    assert (answer.status, numbers(answer)) == (200, ["2", "1"])
    assert "Not known" in answer.text


def test_without_billing_the_page_says_so_and_offers_to_try_again(
    world: World, browser: Browser, spoil: Callable[[str, Wsgi], None], stuck: Wsgi
):
    spoil("billing", stuck)

    answer = see(world, browser)

    assert answer.status == 503
    assert "The memberships cannot be shown right now" in answer.text


def test_a_page_of_the_list_costs_four_calls(
    world: World, browser: Browser, people: list[Owner], calls: list[tuple[str, str]]
):
    see(world, browser)

    of_every_page = {
        ("billing", "/v1/refunds/alert"),
        ("customers", "/v1/standing"),
        ("customers", "/v1/sightings"),
    }
    assert sorted(call for call in calls if call not in of_every_page) == [
        ("billing", "/v1/gateway-names"), ("billing", "/v1/memberships"),
        ("billing", "/v1/products"), ("customers", "/v1/customers/people"),
    ]  # fmt: skip
