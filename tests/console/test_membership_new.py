"""Memberships made by hand in the console: whose, of what, at which price, and from when."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from services.billing.memberships.waiting import note_status
from services.billing.models import Membership, Payment
from tests.console.people import product, registered
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World

NEW = "/memberships/new"


@pytest.fixture
def owner(world: World) -> Owner:
    made = registered(world, "asa@example.com", "Åsa", "Lind")
    with world.databases["billing"].unit_of_work(world.command) as uow:
        note_status(uow, made.customer_id, "none")
    return made


@pytest.fixture
def bas(world: World) -> UUID:
    return product(world, "Bas", 19900)


def see(world: World, browser: Browser, path: str) -> Answer:
    return browser.get(world.url("admin", path))


def send(world: World, browser: Browser, owner: Owner, **typed: str) -> Answer:
    """Open the form of the customer and send it with what is typed instead; what has no tick is left out."""
    form = see(world, browser, f"{NEW}?customer={owner.customer_id}").form(NEW)
    usual = {"unit": "month", "status": "pending", "gateway": "manual", "quantity": "1"}
    ticks = {"is_lifetime", "auto_renew", "asks"}
    kept = {name: value for name, value in form.items() if name not in ticks}
    return browser.post(world.url("admin", NEW), kept | usual | typed)


def stored(world: World) -> list[Membership]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Membership).order_by(Membership.number)))


def errors(answer: Answer) -> set[str]:
    return set(re.findall(r'<p class="field-error" id="([\w.]+)-error">', answer.text))


def test_first_it_is_asked_whose(world: World, browser: Browser, owner: Owner):
    found, none = (see(world, browser, f"{NEW}?q={words}").text for words in ("asa", "zzz"))

    assert f'href="{NEW}?customer={owner.customer_id}"' in found
    assert "Nobody matches “zzz”" in none


def test_one_that_is_pending_is_asked_to_pay(world: World, browser: Browser, owner: Owner, bas: UUID):
    answer = send(world, browser, owner, product_id=str(bas), asks="true", auto_renew="true")

    [made] = stored(world)
    assert (answer.status, made.status, made.amount, made.auto_renew) == (303, "pending", 19900, True)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        assert [payment.total for payment in uow.session.scalars(select(Payment))] == [19900]


def test_one_that_is_active_begins_without_a_payment(world: World, browser: Browser, owner: Owner, bas: UUID):
    send(
        world, browser, owner, product_id=str(bas), status="active", amount="99.50", quantity="2",
        expires_at="2031-07-01T12:00",
    )  # fmt: skip

    [made] = stored(world)
    assert (made.status, made.amount, made.auto_renew) == ("active", 9950, False)
    assert made.expires_at is not None
    assert made.expires_at.isoformat() == "2031-07-01T10:00:00+00:00"


def test_sending_the_form_twice_makes_one(world: World, browser: Browser, owner: Owner, bas: UUID):
    form = see(world, browser, f"{NEW}?customer={owner.customer_id}").form(NEW)
    typed = {
        "product_id": str(bas),
        "quantity": "1",
        "unit": "month",
        "status": "active",
        "gateway": "manual",
    }

    first, second = (browser.post(world.url("admin", NEW), form | typed) for _ in range(2))

    assert (first.status, second.status, first.location) == (303, 303, second.location)
    assert len(stored(world)) == 1


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"product_id": ""}, {"products"}),
        ({"quantity": "x"}, {"products"}),
        ({"currency": "kronor"}, {"currency"}),
        ({"amount": "dyrt"}, {"amount"}),
        ({"trial_days": "x"}, {"trial_days"}),
        ({"length": "x"}, {"period"}),
        ({"expires_at": "2026-13-01T10:00"}, {"expires_at"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_made(
    *, world: World, browser: Browser, owner: Owner, bas: UUID, typed: dict[str, str], wrong: set[str]
):
    answer = send(world, browser, owner, **{"product_id": str(bas)} | typed)

    assert (answer.status, errors(answer)) == (422, wrong)
    for value in filter(None, typed.values()):
        assert f'value="{value}"' in answer.text
    assert stored(world) == []


def test_a_price_that_the_product_does_not_have_is_refused_with_its_sentence(
    world: World, browser: Browser, owner: Owner, bas: UUID
):
    answer = send(world, browser, owner, product_id=str(bas), currency="EUR")

    assert answer.status in {409, 422}
    assert "Bas" in answer.text.partition("notice-danger")[2][:400]
    assert stored(world) == []


def test_who_may_only_look_makes_none(world: World, owner: Owner):
    world.admin("granskare@demo.example", role="auditor")
    browser = world.signed_in("granskare@demo.example")

    assert see(world, browser, NEW).status == 403
    assert 'href="/memberships/new"' not in see(world, browser, "/memberships").text
