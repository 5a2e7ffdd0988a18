"""The pages of a membership, a payment and a site: facts, owner, own events."""

import pytest

from tests.console.people import member, paid, product, registered, settle
from tests.flows.browser import Browser
from tests.flows.world import Owner, World


@pytest.fixture
def owner(world: World) -> Owner:
    return registered(world, "asa@example.com", "Åsa", "Lind")


def test_a_membership_shows_its_facts_and_its_own_events(world: World, browser: Browser, owner: Owner):
    membership_id = member(world, owner, product(world, "Bas", 19900))
    settle(world)

    answer = browser.get(world.url("admin", f"/memberships/{membership_id}"))

    assert answer.status == 200
    for words in (
        "Membership 1",
        "SEK\u00a0199.00 per month",
        "Membership 1 went from pending to active",
        "Åsa Lind",
    ):
        assert words in answer.text
    assert f'href="/customers/{owner.customer_id}"' in answer.text


def test_a_payment_shows_its_lines_and_refunds(world: World, browser: Browser, owner: Owner):
    payment_id = paid(world, owner, 5000, "JPY", back=1200)
    settle(world)

    answer = browser.get(world.url("admin", f"/payments/{payment_id}"))

    assert answer.status == 200
    for words in (
        "Payment 1",
        "¥5,000",
        "¥1,200 of payment 1 refunded",
        "Ångrat köp",
        "Partly refunded",
        "OCR 4711",
    ):
        assert words in answer.text


def test_a_site_shows_its_pages_and_domains(world: World, browser: Browser, owner: Owner):
    site_id = world.site(owner)
    settle(world)

    answer = browser.get(world.url("admin", f"/sites/{site_id}"))

    assert answer.status == 200
    for words in ("Bageri", f"bageri.{world.domain}", "Pages", "Site bageri published on"):
        assert words in answer.text


@pytest.mark.parametrize("kind", ["memberships", "payments", "sites"])
def test_what_does_not_exist_is_not_found(world: World, browser: Browser, kind: str):
    answer = browser.get(world.url("admin", f"/{kind}/01900000-0000-7000-8000-000000000000"))

    assert answer.status == 404


def test_without_the_timeline_the_facts_still_stand(world: World, browser: Browser, owner: Owner, spoil):
    payment_id = paid(world, owner, 5000)
    working = world.stack.served["customers"].app.wsgi_app

    def without_timeline(environ, start):
        if environ["PATH_INFO"] == "/v1/timeline":
            start("500 Oops", [])
            return [b"no"]
        return working(environ, start)

    spoil("customers", without_timeline)
    answer = browser.get(world.url("admin", f"/payments/{payment_id}"))

    assert answer.status == 200
    assert answer.text.count('class="card-body box-failure"') == 1
    assert f'href="/payments/{payment_id}/panels/payment_events"' in answer.text
