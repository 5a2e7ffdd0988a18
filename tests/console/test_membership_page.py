"""The page of a membership: what it shows, what can be done with it, and what is refused with its why."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.contracts.billing import MembershipStatus
from kernel.contracts.plugins import Method
from services.billing.memberships.lifecycle import change_status
from services.billing.memberships.waiting import note_status
from services.billing.models import GatewaySettings, Membership, MembershipChange, Payment
from services.billing.payments.methods import keep_method, remove_method
from tests.console.people import member, product, registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World


@pytest.fixture
def owner(world: World) -> Owner:
    return registered(world, "asa@example.com", "Åsa", "Lind")


@pytest.fixture
def bas(world: World) -> UUID:
    return product(world, "Bas", 19900)


@pytest.fixture
def membership(world: World, owner: Owner, bas: UUID) -> UUID:
    """Åsa's active membership of Bas, 199 kronor a month."""
    made = member(world, owner, bas)
    settle(world)
    return made


def path_of(membership: UUID, rest: str = "") -> str:
    return f"/memberships/{membership}{rest}"


def see(world: World, browser: Browser, path: str) -> Answer:
    return browser.get(world.url("admin", path))


def send(world: World, browser: Browser, path: str, **typed: str) -> Answer:
    """Open the page and send its form with what is typed instead."""
    return browser.post(world.url("admin", path), see(world, browser, path).form(path) | typed)


def stored(world: World, membership: UUID) -> Membership:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return uow.get(Membership, membership)


def acts(world: World, membership: UUID) -> list[str]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        mine = select(MembershipChange).where(MembershipChange.membership_id == membership)
        lines = uow.session.scalars(mine.order_by(MembershipChange.at, MembershipChange.id))
        return [line.act for line in lines]


def move(world: World, membership: UUID, status: MembershipStatus) -> None:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        change_status(uow, membership, status)


def errors(answer: Answer) -> set[str]:
    return set(re.findall(r'<p class="field-error" id="([\w.]+)-error">', answer.text))


def test_the_page_shows_whose_it_is_what_it_has_and_what_happened(
    world: World, browser: Browser, membership: UUID
):
    text = see(world, browser, path_of(membership)).text

    for words in ("Membership 1", "Åsa Lind", "Bas", "SEK\xa0199.00", "per month", "Active", "Its time"):
        assert words in text
    for box in ("facts", "products", "payments", "history", "acts"):
        assert f'id="{box}"' in text


def test_what_is_forbidden_is_shown_disabled_with_the_sentence_why(
    world: World, browser: Browser, membership: UUID
):
    text = see(world, browser, path_of(membership)).text

    assert 'disabled aria-describedby="why-activate"' in text
    assert "The membership is active already." in text
    assert "Only a cancelled membership is subscribed to again." in text
    assert f'href="{path_of(membership, "/hold")}"' in text


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        ("active", "hold", "on_hold"),
        ("active", "expire", "expired"),
        ("on_hold", "activate", "active"),
        ("expired", "activate", "active"),
    ],
)
def test_a_status_is_changed_with_its_reason(
    *, world: World, browser: Browser, membership: UUID, before: Any, act: str, after: str
):
    if before != "active":
        move(world, membership, before)

    asked = see(world, browser, path_of(membership, f"/{act}"))
    unchanged = stored(world, membership).status
    done = send(world, browser, path_of(membership, f"/{act}"), reason="På begäran")

    assert (asked.status, unchanged, done.status) == (200, before, 303)
    assert stored(world, membership).status == after
    assert "“<bdi>På begäran</bdi>”" in see(world, browser, path_of(membership)).text


def test_a_step_that_the_table_forbids_is_refused_with_its_sentence(
    world: World, browser: Browser, membership: UUID
):
    asked = see(world, browser, path_of(membership, "/activate"))
    sent = send(world, browser, path_of(membership, "/activate"))

    assert "The membership is active already." in asked.text
    assert "btn-primary" not in asked.text.partition('class="card-ends"')[2]
    assert (sent.status, stored(world, membership).status) == (409, "active")


def test_it_is_cancelled_at_the_end_of_its_time_and_that_is_undone(
    world: World, browser: Browser, membership: UUID
):
    path = path_of(membership)

    cancelled = browser.follow(
        send(world, browser, f"{path}/cancel", when="period_end", cause="unused", reason="Ses")
    )
    ends = stored(world, membership).cancels_at
    undone = browser.follow(send(world, browser, f"{path}/undo"))

    assert ends == stored(world, membership).expires_at
    assert "Ends on" in cancelled.text
    assert "Products or price" not in cancelled.text.partition('id="products"')[2][:200]
    assert "The membership goes on." in undone.text
    assert (stored(world, membership).cancels_at, stored(world, membership).status) == (None, "active")


def test_it_is_cancelled_now_and_subscribed_to_again(world: World, browser: Browser, membership: UUID):
    path = path_of(membership)

    send(world, browser, f"{path}/cancel", when="now", cause="other", reason="Flyttar")
    gone = see(world, browser, path)
    again = send(world, browser, f"{path}/resubscribe", price="keep")

    assert (stored(world, membership).status, stored(world, membership).cancel_reason) == (
        "cancelled",
        "Flyttar",
    )
    assert "A cancelled membership cannot be changed. Subscribe again instead." in gone.text
    made = UUID(again.location.rpartition("/")[2])
    assert (again.status, stored(world, made).resumes_id) == (303, membership)


def test_subscribing_again_twice_makes_one(world: World, browser: Browser, membership: UUID):
    path = path_of(membership)
    send(world, browser, f"{path}/cancel", when="now")
    form = see(world, browser, f"{path}/resubscribe").form(f"{path}/resubscribe") | {"price": "keep"}

    first, second = (browser.post(world.url("admin", f"{path}/resubscribe"), form) for _ in range(2))

    assert (first.status, second.status, first.location) == (303, 303, second.location)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        assert len(uow.session.scalars(select(Membership)).all()) == 2


def test_it_is_converted_to_lifetime(world: World, browser: Browser, membership: UUID):
    send(world, browser, path_of(membership, "/lifetime"), reason="Gåva")

    kept = stored(world, membership)
    assert (kept.expires_at, kept.period, kept.status) == (None, None, "active")
    assert "This membership never ends already." in see(world, browser, path_of(membership)).text


def test_only_what_was_typed_anew_is_changed(world: World, browser: Browser, membership: UUID):
    before = stored(world, membership)

    answer = send(
        world, browser, path_of(membership, "/edit"), amount="149.50", gateway_customer="cus_1", unit="month",
        auto_renew="true", gateway="manual", reason="Rabatt",
    )  # fmt: skip

    kept = stored(world, membership)
    assert answer.status == 303
    assert (kept.amount, kept.gateway_customer, kept.auto_renew) == (14950, "cus_1", True)
    assert (kept.period, kept.expires_at, kept.gateway) == (before.period, before.expires_at, "manual")
    assert acts(world, membership)[-1] == "edit"


@pytest.fixture
def card(world: World, owner: Owner) -> str:
    """A card of hers, kept by a gateway that is switched on."""
    with world.databases["billing"].unit_of_work(world.command) as uow:
        uow.add(GatewaySettings(gateway="stripe", is_enabled=True, is_default=True))
        method = Method("pm_1", "cus_1", brand="visa", last4="4242")
        return str(keep_method(uow, owner.customer_id, "stripe", method).id)


def test_the_way_to_pay_is_chosen_of_those_that_the_customer_saved(
    *, world: World, browser: Browser, membership: UUID, card: str
):
    path, usual = path_of(membership, "/edit"), {"unit": "month", "auto_renew": "true", "gateway": "stripe"}

    offered = see(world, browser, path)
    chosen = send(world, browser, path, method_id=card, **usual)
    after = see(world, browser, path)
    unknown = send(world, browser, path, method_id=str(membership), **usual)

    assert f'<option value="{card}" >Visa •••• 4242 (' in offered.text
    assert (chosen.status, str(stored(world, membership).method_id)) == (303, card)
    assert f'<option value="{card}" selected>' in after.text
    assert (unknown.status, errors(unknown)) == (422, {"method_id"})


@pytest.mark.parametrize("gateway", ["manual", "stripe"])
def test_a_way_to_pay_that_could_never_be_charged_is_refused_beside_its_field(
    *, world: World, browser: Browser, membership: UUID, card: str, gateway: str
):
    asked = card if gateway == "manual" else "visa"

    refused = send(
        world, browser, path_of(membership, "/edit"),
        unit="month", auto_renew="true", gateway=gateway, method_id=asked,
    )  # fmt: skip

    assert (refused.status, errors(refused)) == (422, {"method_id"})
    assert stored(world, membership).method_id is None


def test_one_that_was_removed_stays_chosen_until_another_is(
    *, world: World, browser: Browser, membership: UUID, card: str
):
    path, usual = path_of(membership, "/edit"), {"unit": "month", "auto_renew": "true", "gateway": "stripe"}
    send(world, browser, path, **usual, method_id=card)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        remove_method(uow, UUID(card))

    offered = see(world, browser, path).text
    kept = send(world, browser, path, **usual, method_id=card, amount="150.00")
    taken = send(world, browser, path, **usual, method_id="")

    assert f'<option value="{card}" selected>One that is saved no more</option>' in offered
    assert (kept.status, taken.status, stored(world, membership).method_id) == (303, 303, None)


def test_an_end_is_moved_in_the_readers_time_zone(world: World, browser: Browser, membership: UUID):
    send(
        world, browser, path_of(membership, "/edit"), expires_at="2031-07-01T12:00", unit="month",
        auto_renew="true", gateway="manual",
    )  # fmt: skip

    moved = stored(world, membership).expires_at
    assert moved is not None
    assert moved.isoformat() == "2031-07-01T10:00:00+00:00"


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"amount": "gratis"}, {"amount"}),
        ({"amount": "-5"}, {"amount"}),
        ({"amount": "1.999"}, {"amount"}),
        ({"cycles": "x", "cycles_billed": "-1"}, {"cycles", "cycles_billed"}),
        ({"expires_at": "2026-02-30T10:00"}, {"expires_at"}),
        ({"length": "0"}, {"length"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    *, world: World, browser: Browser, membership: UUID, typed: dict[str, str], wrong: set[str]
):
    before = stored(world, membership).version

    answer = send(
        world, browser, path_of(membership, "/edit"),
        **{"unit": "month", "auto_renew": "true", "gateway": "manual"} | typed,
    )  # fmt: skip

    assert (answer.status, errors(answer)) == (422, wrong)
    for value in typed.values():
        assert f'value="{value}"' in answer.text
    assert stored(world, membership).version == before


def test_who_saves_second_sees_what_the_other_saved(world: World, browser: Browser, membership: UUID):
    path = path_of(membership, "/edit")
    usual = {"unit": "month", "auto_renew": "true", "gateway": "manual"}
    mine = see(world, browser, path).form(path) | usual
    browser.post(world.url("admin", path), mine | {"amount": "150.00"})

    refused = browser.post(world.url("admin", path), mine | {"amount": "120.00"})
    kept = stored(world, membership).amount
    meant = browser.post(world.url("admin", path), refused.form(path) | usual | {"amount": "120.00"})

    assert (refused.status, kept) == (409, 15000)
    assert "Saved by somebody else: <bdi>150.00</bdi>" in refused.text
    assert (meant.status, stored(world, membership).amount) == (303, 12000)


def test_a_change_of_products_is_previewed_to_the_minor_unit_and_then_made(
    world: World, browser: Browser, membership: UUID
):
    stor = product(world, "Stor", 49900)
    path = path_of(membership, "/products")
    typed = {
        "product_id": str(stor), "quantity": "1", "price": "recompute", "keeps_period": "true", "when": "now",
    }  # fmt: skip

    seen = send(world, browser, path, do="preview", **typed)
    untouched = stored(world, membership).amount
    made = browser.post(world.url("admin", path), seen.form(path) | {"do": "confirm"})

    assert (seen.status, untouched) == (200, 19900)
    assert "SEK\xa0199.00 → SEK\xa0499.00 per month" in seen.text
    assert (made.status, stored(world, membership).amount) == (303, 49900)
    due = re.findall(r"<dt>To pay now</dt><dd><strong>(?:SEK\xa0)?([\d.,]+)", seen.text)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        asked = uow.session.scalars(select(Payment).where(Payment.membership_id == membership)).all()
        assert [f"{payment.total / 100:.2f}" for payment in asked] == due


def test_a_change_is_scheduled_shown_and_withdrawn(world: World, browser: Browser, membership: UUID):
    stor = product(world, "Stor", 49900)
    path = path_of(membership, "/products")
    typed = {
        "product_id": str(stor), "quantity": "1", "price": "recompute", "keeps_period": "true",
        "when": "period_end",
    }  # fmt: skip

    seen = send(world, browser, path, do="preview", **typed)
    browser.post(world.url("admin", path), seen.form(path) | {"do": "confirm"})
    waiting = see(world, browser, path_of(membership))
    withdrawn = browser.follow(send(world, browser, path_of(membership, "/withdraw")))

    assert "to Stor, SEK\xa0499.00 per month." in waiting.text
    assert "The scheduled change will not happen." in withdrawn.text
    assert (stored(world, membership).amount, "to Stor" in withdrawn.text) == (19900, False)


def test_nothing_is_changed_by_what_cannot_be_read(world: World, browser: Browser, membership: UUID):
    path = path_of(membership, "/products")
    usual = {"price": "amount", "amount": "x", "keeps_period": "false", "length": "y", "unit": "month"}

    answer = send(world, browser, path, do="preview", product_id="", when="now", **usual)

    assert (answer.status, errors(answer)) == (422, {"amount", "length", "products"})
    assert 'value="x"' in answer.text


def test_rows_of_products_come_and_go_without_a_script(world: World, browser: Browser, membership: UUID):
    path = path_of(membership, "/products")

    more = send(world, browser, path, do="more", product_id="", quantity="1", price="keep", when="now")

    assert (more.status, more.text.count('name="quantity"')) == (200, 2)


def test_it_is_transferred_to_whom_was_searched_for(
    world: World, browser: Browser, owner: Owner, membership: UUID
):
    heir = registered(world, "bo@example.com", "Bo", "Ek")
    with world.databases["billing"].unit_of_work(world.command) as uow:
        note_status(uow, heir.customer_id, "none")
    path = path_of(membership, "/transfer")

    found = send(world, browser, path, do="search", q="bo")
    nobody = send(world, browser, path, do="transfer", q="bo")
    done = browser.post(
        world.url("admin", path),
        found.form(path) | {"do": "transfer", "customer_id": str(heir.customer_id), "with_sites": "true"},
    )

    assert f'value="{heir.customer_id}"' in found.text
    assert (nobody.status, errors(nobody)) == (422, {"customer_id"})
    assert (done.status, stored(world, membership).customer_id) == (303, heir.customer_id)
    assert acts(world, membership)[-1] == "transfer"


def test_who_may_only_look_is_offered_nothing_and_changes_nothing(world: World, membership: UUID):
    world.admin("granskare@demo.example", role="auditor")
    browser = world.signed_in("granskare@demo.example")

    page = see(world, browser, path_of(membership))
    rests = ("/edit", "/products", "/transfer", "/hold", "/cancel", "/undo", "/lifetime")
    refused = [see(world, browser, path_of(membership, rest)).status for rest in rests]

    assert (page.status, 'id="acts"' in page.text, refused) == (200, False, [403] * 7)


def test_the_page_costs_few_calls(
    world: World, browser: Browser, membership: UUID, calls: list[tuple[str, str]]
):
    see(world, browser, path_of(membership))

    path = f"/v1/memberships/{membership}"
    assert sorted(call for call in calls if call[0] == "billing" and "alert" not in call[1]) == [
        ("billing", path), ("billing", f"{path}/coming"), ("billing", f"{path}/history"),
        ("billing", f"{path}/periods"),
    ]  # fmt: skip
