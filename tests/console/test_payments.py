"""The list of payments and the page of one: found, added, changed, paid, cancelled, in the console."""

import re
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from services.billing.memberships.waiting import note_status
from services.billing.models import Charge, Payment
from services.billing.payment_gateways.manual import ManualGateway
from tests.billing.till import Till, open_till
from tests.console.people import member, paid, product, registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]


@pytest.fixture
def owner(world: World) -> Owner:
    made = registered(world, "asa@example.com", "Åsa", "Lind")
    settle(world)
    return made


@pytest.fixture
def till(world: World, owner: Owner, sandbox: Sandbox) -> Till:
    settings, billing = world.stack.settings, world.databases["billing"]
    return replace(open_till(sandbox, settings, billing, world.command), customer_id=owner.customer_id)


def page(world: World, browser: Browser, path: str) -> Answer:
    return browser.get(world.url("admin", path))


def send(world: World, browser: Browser, path: str, **typed: str) -> Answer:
    form = page(world, browser, path).form(path)
    return browser.post(world.url("admin", path), form | typed)


def stored(world: World) -> list[Payment]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Payment).order_by(Payment.number)))


def charges(world: World) -> list[Charge]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Charge).order_by(Charge.id)))


def line_ids(world: World) -> list[UUID]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        payment = uow.session.scalars(select(Payment)).one()
        return [line.id for line in payment.lines]


def test_the_list_says_who_paid_what_and_counts_every_status(world: World, browser: Browser, owner: Owner):
    paid(world, owner, 19900, back=900)
    paid(world, owner, 4990, "EUR")

    shown = page(world, browser, "/payments").text

    assert 'href="/payments" aria-current="page"' in shown
    assert f'<a href="/customers/{owner.customer_id}"><bdi>Åsa Lind</bdi></a>' in shown
    assert "asa@example.com" in shown
    assert "SEK\xa0190.00" in shown
    for tab in (
        "Pending",
        "Processing",
        "Completed",
        "Failed",
        "Cancelled",
        "Partly refunded",
        "Refunded",
        "Disputed",
    ):
        assert f">{tab}<span" in shown
    assert 'aria-current="page">All<span class="count">2</span>' in shown


@pytest.mark.parametrize("q", ["1", "#1", "asa@example.com", "Lind", "OCR 4711"])
def test_a_payment_is_found_by_number_customer_or_reference(
    world: World, browser: Browser, owner: Owner, q: str
):
    paid(world, owner, 19900)
    member_of_others = registered(world, "bo@example.com", "Bo", "Ek")
    settle(world)

    shown = page(world, browser, f"/payments?q={q.replace('#', '%23').replace(' ', '+')}").text

    assert ">#1</a>" in shown
    assert str(member_of_others.customer_id) not in shown


def test_what_is_not_found_says_how_to_search(world: World, browser: Browser, owner: Owner):
    paid(world, owner, 19900)

    shown = page(world, browser, "/payments?tab=disputed").text

    assert "No payment is like that" in shown
    assert 'href="/payments"' in shown


def test_an_empty_network_is_told_how_payments_come(world: World, browser: Browser):
    assert "No payments yet" in page(world, browser, "/payments").text


def test_the_list_is_there_when_names_are_not(world: World, browser: Browser, owner: Owner, spoil, stuck):
    paid(world, owner, 19900)
    inner = world.stack.served["customers"].app.wsgi_app

    def without_people(environ, start):
        away = environ["PATH_INFO"] == "/v1/customers/people"
        return stuck(environ, start) if away else inner(environ, start)

    spoil("customers", without_people)
    shown = page(world, browser, "/payments")

    assert shown.status == 200
    assert ">#1</a>" in shown.text
    assert "Not known" in shown.text


def test_the_file_names_the_customers(world: World, browser: Browser, owner: Owner):
    paid(world, owner, 19900)
    form = page(world, browser, "/payments?tab=completed").form("/payments/export")

    answer = browser.post(world.url("admin", "/payments/export"), form)

    lines = answer.text.splitlines()
    assert lines[0].removeprefix("\ufeff").startswith("number,status,kind,customer,email,customer_id,")
    assert lines[1].startswith(f"1,completed,other,Åsa Lind,asa@example.com,{owner.customer_id},SEK,199.00")
    assert len(lines) == 2
    assert form["tab"] == "completed"


def test_a_payment_is_added_with_a_product_and_free_words(world: World, browser: Browser, owner: Owner):
    product_id = product(world, "Bas", 19900)
    path = f"/payments/new?customer={owner.customer_id}"
    form = page(world, browser, path).form("/payments/new")

    answer = browser.post(
        world.url("admin", "/payments/new"),
        form
        | {
            "do": "add",
            "product_id-0": str(product_id),
            "description-1": "Hjälp",
            "quantity-1": "2",
            "unit-1": "500.00",
            "discount-1": "100",
            "tax_percent-1": "25",
            "due_on": "2026-12-31",
        },
    )

    (made,) = stored(world)
    assert answer.location.endswith(f"/payments/{made.id}")
    assert (made.status, made.total, made.tax, made.discount) == ("pending", 132400, 22500, 10000)
    assert made.customer_id == owner.customer_id
    assert "Hjälp" in browser.follow(answer).text


def test_a_payment_that_is_sent_twice_is_added_once(world: World, browser: Browser, owner: Owner):
    form = page(world, browser, f"/payments/new?customer={owner.customer_id}").form("/payments/new")
    typed = form | {"do": "add", "description-0": "Hjälp", "unit-0": "500"}

    answers = [browser.post(world.url("admin", "/payments/new"), typed) for _turn in range(2)]

    assert answers[0].location == answers[1].location
    assert len(stored(world)) == 1


def test_what_is_wrong_with_a_new_payment_stands_beside_its_field(
    world: World, browser: Browser, owner: Owner
):
    form = page(world, browser, f"/payments/new?customer={owner.customer_id}").form("/payments/new")

    answer = browser.post(
        world.url("admin", "/payments/new"),
        form | {"do": "add", "description-1": "Hjälp", "unit-1": "mycket", "quantity-1": "0"},
    )

    assert answer.status == 422
    assert 'id="unit-1-error">Type an amount, such as 199.00.' in answer.text
    assert 'id="quantity-1-error">Type a whole number, 1 at least.' in answer.text
    assert answer.form("/payments/new")["unit-1"] == "mycket"
    assert stored(world) == []


def test_the_form_grows_and_keeps_what_was_typed(world: World, browser: Browser, owner: Owner):
    form = page(world, browser, f"/payments/new?customer={owner.customer_id}").form("/payments/new")

    answer = browser.post(
        world.url("admin", "/payments/new"), form | {"do": "more", "description-2": "Sist"}
    ).form("/payments/new")

    assert answer["description-2"] == "Sist"
    assert "description-5" in answer


def test_lines_are_added_changed_and_removed_while_it_is_pending(world: World, browser: Browser, till: Till):
    payment_id = till.payment(10000)

    send(world, browser, f"/payments/{payment_id}/lines/new", description="Mer", unit="50.00")
    second = line_ids(world)[1]
    send(world, browser, f"/payments/{payment_id}/lines/{second}", unit="70.00")
    changed = stored(world)[0].total
    edit = page(world, browser, f"/payments/{payment_id}/lines/{second}")
    remove = f"/payments/{payment_id}/lines/{second}/remove"
    answer = browser.follow(browser.post(world.url("admin", remove), edit.form(remove)))

    assert changed == 17000
    assert "The line is removed." in answer.text
    assert stored(world)[0].total == 10000


def test_who_has_not_seen_anothers_change_is_told(world: World, browser: Browser, till: Till):
    payment_id = till.payment(10000)
    path = f"/payments/{payment_id}/lines/new"
    mine = page(world, browser, path).form(path)
    send(world, browser, path, description="Deras", unit="50")

    answer = browser.post(world.url("admin", path), mine | {"description": "Mitt", "unit": "70"})

    assert answer.status == 409
    assert "Somebody else changed this payment. Look at it again first." in answer.text
    assert answer.form(path)["description"] == "Mitt"
    assert stored(world)[0].total == 15000


def test_a_saved_card_is_charged_after_a_question(world: World, browser: Browser, till: Till):
    till.saved_card()
    payment_id = till.payment()

    answer = browser.follow(send(world, browser, f"/payments/{payment_id}/charge"))
    (charge,) = charges(world)
    till.work(charge.id)
    shown = page(world, browser, f"/payments/{payment_id}").text

    assert "The payment is being charged." in answer.text
    assert "This payment is being charged right now. Wait for the outcome." in answer.text
    assert "Visa •••• 4242" in shown
    assert ">Completed</span>" in shown
    assert len(till.sandbox.ledger("charge")) == 1


def test_a_card_that_was_declined_can_be_charged_again(world: World, browser: Browser, till: Till):
    till.saved_card("4000000000000341")
    payment_id = till.payment()
    till.work(till.charge(payment_id))

    shown = page(world, browser, f"/payments/{payment_id}").text

    assert "Your card was declined." in shown
    assert "Charge again" in shown


def test_money_that_came_is_noted_once(world: World, browser: Browser, till: Till):
    payment_id = till.payment()
    path = f"/payments/{payment_id}/complete"
    form = page(world, browser, path).form(path) | {"reference": "OCR 4711"}

    answers = [browser.post(world.url("admin", path), form) for _turn in range(2)]

    assert [answer.status for answer in answers] == [303, 303]
    assert [(one.status, one.gateway_reference) for one in stored(world)] == [("completed", "OCR 4711")]


def test_while_it_is_charged_a_person_cannot_complete_it(world: World, browser: Browser, till: Till):
    till.saved_card()
    payment_id = till.payment()
    path = f"/payments/{payment_id}/complete"
    form = page(world, browser, path).form(path)
    till.charge(payment_id)

    answer = browser.post(world.url("admin", path), form)

    assert answer.status == 409
    assert "This payment is being charged right now. Wait for the outcome." in answer.text
    assert stored(world)[0].status == "processing"


def test_a_payment_is_cancelled_with_a_reason_and_its_page_is_ended(
    world: World, browser: Browser, till: Till
):
    till.page(payment_id := till.payment())

    answer = browser.follow(send(world, browser, f"/payments/{payment_id}/cancel", reason="Fel pris"))
    settle(world)

    assert "The payment is cancelled." in answer.text
    assert "cancelled: “Fel pris”" in page(world, browser, f"/payments/{payment_id}").text
    assert [charge.status for charge in charges(world)] == ["cancelled"]


def test_a_page_that_waits_can_be_ended(world: World, browser: Browser, till: Till):
    till.page(payment_id := till.payment())

    answer = browser.follow(send(world, browser, f"/payments/{payment_id}/end-page"))

    assert "The attempt is ended." in answer.text
    assert [charge.status for charge in charges(world)] == ["cancelled"]
    assert stored(world)[0].status == "pending"


def test_ways_to_pay_are_chosen_and_removed(world: World, browser: Browser, till: Till):
    first, second = till.saved_card(), till.saved_card("5555555555554444")
    payment_id = till.payment()
    shown = page(world, browser, f"/payments/{payment_id}")
    remove = f"/payments/{payment_id}/methods/{second}/remove"

    answer = browser.follow(browser.post(world.url("admin", remove), shown.form(remove)))

    assert f"/payments/{payment_id}/methods/{first}/default" in shown.text
    assert "This way to pay is charged no more." in answer.text
    assert "4444" not in answer.text.partition('id="methods"')[2]


@pytest.mark.parametrize("rest", ["/charge", "/complete", "/cancel", "/lines/new"])
def test_who_may_only_look_has_no_buttons_and_is_refused(
    world: World, browser: Browser, till: Till, rest: str
):
    payment_id = till.payment()
    world.admin("support@demo.example", role="support", name="Sam")
    looking = world.signed_in("support@demo.example")
    shown = page(world, looking, f"/payments/{payment_id}")
    token = {"csrf_token": shown.form("/sign-out")["csrf_token"]}

    answer = looking.post(world.url("admin", f"/payments/{payment_id}{rest}"), token)

    assert f'href="/payments/{payment_id}{rest}"' not in shown.text
    assert answer.status == 403
    assert stored(world)[0].status == "pending"


def test_the_page_of_a_memberships_payment_leads_to_it(
    world: World, browser: Browser, owner: Owner, till: Till
):
    membership_id = member(world, owner, product(world, "Bas", 19900))
    with world.databases["billing"].unit_of_work(world.command) as uow:
        note_status(uow, owner.customer_id, "none")
    payment_id = till.payment(membership_id=membership_id)

    assert f'href="/memberships/{membership_id}"' in page(world, browser, f"/payments/{payment_id}").text


@pytest.mark.parametrize("path", ["/payments", "/memberships", "/invoices", "/refunds", "/audit", "/events"])
@pytest.mark.parametrize("days", [("0001-01-01", "9999-12-31"), ("9999-12-31", "0001-01-01")])
def test_no_list_fails_on_the_ends_of_the_calendar(
    world: World, browser: Browser, path: str, days: tuple[str, str]
):
    first, last = days
    asked = f"since={first}&until={last}"
    if path == "/memberships":
        asked = "&".join(f"{what}_from={first}&{what}_until={last}" for what in ("created", "renews"))

    assert page(world, browser, f"{path}?{asked}").status == 200


def test_the_last_day_to_pay_is_not_the_last_day_there_is(world: World, browser: Browser, owner: Owner):
    form = page(world, browser, f"/payments/new?customer={owner.customer_id}").form("/payments/new")
    typed = {"do": "add", "description-0": "Hjälp", "unit-0": "500", "due_on": "9999-12-31"}

    answer = browser.post(world.url("admin", "/payments/new"), form | typed)

    assert answer.status == 422
    assert 'id="due_on-error">Choose an earlier day.' in answer.text
    assert stored(world) == []


def test_the_gateways_to_choose_from_are_those_that_are_installed(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    gateways = world.stack.served["billing"].app.extensions["gateways"]
    monkeypatch.setattr(gateways, "plugins", {**gateways.plugins, "swish": ManualGateway})

    for path in ("/payments", "/memberships"):
        shown = page(world, browser, f"{path}?gateway=gone").text
        names = re.findall(
            r'<option value="(\w+)"', shown.split('<select name="gateway"')[1].split("</select>")[0]
        )
        assert names == ["gone", "manual", "stripe", "swish"]


def test_the_list_is_there_when_the_names_of_gateways_are_not(
    world: World, browser: Browser, owner: Owner, spoil, stuck
):
    paid(world, owner, 19900)
    inner = world.stack.served["billing"].app.wsgi_app

    def without_names(environ, start):
        away = environ["PATH_INFO"] == "/v1/gateway-names"
        return stuck(environ, start) if away else inner(environ, start)

    spoil("billing", without_names)
    shown = page(world, browser, "/payments")

    assert shown.status == 200
    assert ">#1</a>" in shown.text
