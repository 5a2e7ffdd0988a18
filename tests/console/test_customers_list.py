"""The customers list: what it shows, finds, sorts, pages and remembers."""

import re
from datetime import UTC, datetime

import pytest
import time_machine

from tests.console.people import member, paid, product, registered, settle, vip
from tests.flows.browser import Answer, Browser
from tests.flows.world import World


def page(world: World, browser: Browser, query: str = "") -> Answer:
    return browser.get(world.url("admin", f"/customers{query}"))


def test_a_card_shows_all_that_is_known_of_a_customer(world: World, browser: Browser):
    owner = registered(world, "asa@example.com", "Åsa", "Lind", username="asalind", verification="pending")
    member(world, owner, product(world, "Bas", 19900))
    paid(world, owner, 125000)
    paid(world, owner, 500, "JPY")
    world.site(owner)
    vip(world, owner)
    settle(world)

    shown = page(world, browser).text

    for words in ("Åsa Lind", "asa@example.com", "@asalind", "#1<", "VIP", "Verification pending", "Never"):
        assert words in shown
    assert '<span class="sum">SEK\u00a01,250.00</span><span class="sum">¥500</span>' in shown.replace(
        "\n", ""
    )
    assert f'href="/customers/{owner.customer_id}/switch"' in shown
    assert f'href="/customers/{owner.customer_id}"' in shown


@pytest.mark.parametrize("layout", ["cards", "table"])
def test_a_customer_who_is_here_has_a_mark_and_his_times_in_words_and_exactly(
    world: World, browser: Browser, layout: str
):
    with time_machine.travel(datetime(2024, 5, 17, 12, tzinfo=UTC), tick=True):
        owner = registered(world, "asa@example.com", "Åsa", "Lind")
    world.site(owner)
    settle(world)
    world.signed_in(owner.email, host="bageri").get(world.url("bageri", "/dashboard"))
    form = page(world, browser).form("/customers/layout")
    browser.post(world.url("admin", "/customers/layout"), form | {"layout": layout})

    shown = page(world, browser, "?tab=online").text

    assert 'Online<span class="count">1</span>' in shown
    assert shown.count(' online"') == 1
    assert "May 17, 2024" in shown
    assert re.search(
        r'<time datetime="20[^"]+\+00:00" title="[A-Z][a-z]+ \d+, 20\d\d[^"]+">just now</time>', shown
    )


def test_counts_of_memberships_and_sites_are_shown(world: World, browser: Browser):
    owner = registered(world, "asa@example.com", "Åsa", "Lind")
    basic = product(world, "Bas", 19900)
    for name in ("bageri", "kafe"):
        member(world, owner, basic)
        world.site(owner, name)
    world.site(owner, "butik")
    settle(world)

    shown = page(world, browser).text

    assert "<dt>Memberships</dt><dd>2</dd>" in shown
    assert "<dt>Sites</dt><dd>3</dd>" in shown


def test_one_call_to_one_service_makes_the_list(world: World, browser: Browser, calls: list[tuple[str, str]]):
    registered(world, "asa@example.com", "Åsa", "Lind")
    page(world, browser)
    calls.clear()

    page(world, browser)

    assert [call for call in calls if not call[1].startswith("/v1/hosts/")] == [
        ("customers", "/v1/customers")
    ]


def test_the_tabs_count_truly_and_filter(world: World, browser: Browser):
    vip(world, registered(world, "asa@example.com", "Åsa", "Lind", verification="verified"))
    registered(world, "bo@example.com", "Bo", "Ek")

    shown = page(world, browser, "?tab=vip").text

    for tab, count in (("All", 2), ("VIP", 1), ("Online", 0), ("Unverified", 1)):
        assert f'{tab}<span class="count">{count}</span>' in shown
    assert "Åsa Lind" in shown
    assert "Bo Ek" not in shown


def test_a_name_is_found_by_its_beginning_without_its_accents(world: World, browser: Browser):
    registered(world, "one@example.com", "Åsa", "Lind")
    registered(world, "two@example.com", "Bo", "Ek")

    shown = page(world, browser, "?q=asa").text

    assert "Åsa Lind" in shown
    assert "Bo Ek" not in shown
    assert 'value="asa"' in shown


def test_pages_go_on_and_back_with_the_filters_kept(world: World, browser: Browser):
    for name in ("Adam", "Bea", "Cia"):
        registered(world, f"{name}@example.com", name, "Ek")

    first = page(world, browser, "?sort=name&limit=2")
    second = browser.get(world.url("admin", link(first, "next")))
    again = browser.get(world.url("admin", link(second, "prev")))

    assert names(first) == ["Adam Ek", "Bea Ek"]
    assert names(second) == ["Cia Ek"]
    assert names(again) == ["Adam Ek", "Bea Ek"]
    assert "sort=name" in link(second, "prev")


def test_a_new_page_size_is_remembered_in_every_later_session(world: World, browser: Browser):
    page(world, browser, "?limit=50")

    shown = world.signed_in().get(world.url("admin", "/customers")).text

    assert "<option selected>50</option>" in shown


def test_the_layout_is_remembered_in_every_later_session(world: World, browser: Browser):
    registered(world, "asa@example.com", "Åsa", "Lind")
    form = page(world, browser).form("/customers/layout")

    chosen = browser.post(world.url("admin", "/customers/layout"), form | {"layout": "table"})
    shown = world.signed_in().get(world.url("admin", "/customers")).text

    assert chosen.location == world.url("admin", "/customers")
    assert '<table class="table' in shown
    assert '<ul class="cards">' not in shown


def test_htmx_gets_the_results_alone_and_the_address_to_show(world: World, browser: Browser):
    registered(world, "asa@example.com", "Åsa", "Lind")

    answer = browser.get(
        world.url("admin", "/customers?tab=all&q=asa&sort=newest"), headers={"HX-Request": "true"}
    )

    assert answer.text.lstrip().startswith('<section id="results"')
    assert answer.headers["X-Fragment"] == "1"
    assert answer.headers["HX-Push-Url"] == "/customers?q=asa"


def test_nobody_found_and_nobody_there_are_told_apart(world: World, browser: Browser):
    nobody = page(world, browser).text
    none_found = page(world, browser, "?q=nobody").text

    assert "No customers yet" in nobody
    assert "Nobody matches “nobody”" in none_found


def test_with_the_service_down_the_page_says_so(world: World, browser: Browser, spoil, stuck):
    page(world, browser)
    spoil("customers", lambda _environ, start: start("500 Oops", []) or [b"not json"])

    answer = page(world, browser)

    assert answer.status in {500, 503}
    assert "The customers cannot be shown right now" in answer.text
    assert "Try again" in answer.text


def test_a_wrong_filter_is_refused(world: World, browser: Browser):
    assert page(world, browser, "?tab=rich").status == 400
    assert page(world, browser, "?limit=100000").status == 400


def test_who_may_not_switch_sees_no_button_for_it(world: World):
    registered(world, "asa@example.com", "Åsa", "Lind")
    world.admin("fia@demo.example", role="finance")

    shown = page(world, world.signed_in("fia@demo.example")).text

    assert "Åsa Lind" in shown
    assert "Switch to" not in shown


def link(answer: Answer, rel: str) -> str:
    """Return where the link to the next or the previous page leads."""
    return answer.text.split(f'rel="{rel}" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")


def names(answer: Answer) -> list[str]:
    return [
        card.split("<", 1)[0]
        for card in (part.split("<bdi>", 1)[1] for part in answer.text.split("<h2><a ")[1:])
    ]
