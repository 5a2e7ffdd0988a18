"""Paying: a link by mail, the page of the payment gateway, and back; one movement whatever is lost."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.events import advance
from services.billing.models import Charge, Payment
from services.billing.payments.lifecycle import cancel_payment, complete_payment
from services.customers.mail.pay_links import issue
from services.customers.models import Mail, PayLink
from tests.billing.till import Till, open_till
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World, make_world
from tests.payment_sandbox import Sandbox, sandbox
from worker.listeners.networks import networks

__all__ = ["sandbox"]


@pytest.fixture
def owner(world: World) -> Owner:
    while advance(networks, world.databases["sites"], world.databases["customers"]):
        pass
    return world.customer()


@pytest.fixture
def till(world: World, owner: Owner, sandbox: Sandbox) -> Till:
    settings, billing = world.stack.settings, world.databases["billing"]
    return replace(open_till(sandbox, settings, billing, world.command), customer_id=owner.customer_id)


def mails(world: World) -> list[Mail]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Mail).where(Mail.template == "pay_link")))


def send(world: World, payment_id: UUID) -> Answer:
    world.admin()
    admin = world.signed_in()
    path = f"/payments/{payment_id}/link"
    form = admin.get(world.url("admin", path)).form(path)
    return admin.follow(admin.post(world.url("admin", path), form))


def token_of(world: World) -> str:
    """Return the token of a message, as the worker makes it when it sends."""
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return issue(uow, mails(world)[0])


def opened(world: World, browser: Browser, token: str) -> Answer:
    return browser.get(world.url("admin", f"/links/pay?token={token}"))


def press(world: World, browser: Browser, token: str) -> Answer:
    form = opened(world, browser, token).form("/links/pay")
    return browser.follow(browser.post(world.url("admin", "/links/pay"), form))


def charges(world: World) -> list[Charge]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Charge).order_by(Charge.id)))


def status(world: World) -> str:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return uow.session.scalars(select(Payment.status)).one()


def test_from_the_mail_to_the_money(world: World, till: Till):
    sent = send(world, till.payment())
    (mail,) = mails(world)
    customer, token = world.browser(), token_of(world)

    waiting = press(world, customer, token)
    (charge,) = charges(world)
    till.work(charge.id)
    going = customer.get(world.url("admin", "/links/pay/wait"))
    page = till.read(charge.id).page
    _status, leads_to = till.sandbox.pay(page)
    back = customer.get(leads_to)
    till.work(charge.id)
    paid = customer.get(leads_to)

    assert "The link is sent." in sent.text
    assert (mail.to, mail.link, mail.subject) == (
        "olle@example.com",
        "pay",
        "Payment 1 to Demo: SEK\xa0199.00",
    )
    assert waiting.headers["Refresh"] == "1"
    assert going.headers["Refresh"] == f"0; url={page}"
    assert leads_to == world.url("admin", "/links/pay/back")
    assert "The payment is being looked at." in back.text
    assert "This is paid. Thank you." in paid.text
    assert status(world) == "completed"
    assert [line["amount"] for line in till.sandbox.ledger("charge")] == [19900]


def test_opening_the_link_changes_nothing_and_says_nothing_of_the_customer(world: World, till: Till):
    send(world, till.payment())
    token = token_of(world)

    shown = [opened(world, world.browser(), token) for _turn in range(3)]

    assert [answer.status for answer in shown] == [200, 200, 200]
    assert "SEK\xa0199.00" in shown[0].text
    assert "Olle" not in shown[0].text
    assert "olle@" not in shown[0].text
    assert shown[0].headers["Referrer-Policy"] == "no-referrer"
    assert charges(world) == []


def test_only_the_hash_of_the_token_is_kept(world: World, till: Till):
    send(world, till.payment())
    token = token_of(world)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        (kept,) = uow.session.scalars(select(PayLink)).all()
        assert kept.token_hash != token
        assert len(kept.token_hash) == 64
    assert token not in mails(world)[0].html


def test_who_presses_twice_gets_one_page(world: World, till: Till):
    send(world, till.payment())
    token = token_of(world)

    press(world, world.browser(), token)
    press(world, world.browser(), token)

    assert len(charges(world)) == 1


def test_an_answer_that_was_lost_makes_no_second_page_and_no_second_charge(world: World, till: Till):
    send(world, till.payment())
    customer, token = world.browser(), token_of(world)
    till.sandbox.fault("drop", endpoint="checkout/sessions", times=1)
    press(world, customer, token)
    (charge,) = charges(world)

    till.work(charge.id)
    till.work(charge.id, after=timedelta(minutes=7))
    till.sandbox.pay(till.read(charge.id).page)
    till.work(charge.id, after=timedelta(hours=2))

    assert status(world) == "completed"
    assert len(till.sandbox.ledger("charge")) == 1


@pytest.mark.parametrize(
    ("settle", "sentence"),
    [
        (complete_payment, "This is paid. Thank you."),
        (lambda uow, payment: cancel_payment(uow, payment, reason=""), "This is not asked for any more."),
    ],
)
def test_what_is_settled_has_no_button(world: World, till: Till, settle, sentence: str):
    send(world, payment_id := till.payment())
    token = token_of(world)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        settle(uow, payment_id)

    shown = opened(world, world.browser(), token).text

    assert sentence in shown
    assert 'action="/links/pay"' not in shown


@pytest.mark.parametrize("token", ["", "wrong", "x" * 500])
def test_a_link_that_is_none_opens_nothing(world: World, till: Till, token: str):
    answer = opened(world, world.browser(), token)

    assert answer.status == 404
    assert "This link is too old. Ask for a new one." in answer.text


def test_a_link_is_good_for_thirty_days(world: World, till: Till):
    send(world, till.payment())
    token = token_of(world)

    with time_machine.travel(clock.now() + timedelta(days=31), tick=True):
        assert opened(world, world.browser(), token).status == 404


def test_a_link_of_one_network_opens_nothing_in_another(world: World, till: Till, stack, databases):
    send(world, till.payment())
    other = make_world(stack, databases)

    assert opened(other, other.browser(), token_of(world)).status == 404


def test_links_are_sent_three_times_an_hour(world: World, till: Till):
    payment_id = till.payment()
    world.admin()
    admin = world.signed_in()
    path = f"/payments/{payment_id}/link"

    answers = [
        admin.post(world.url("admin", path), admin.get(world.url("admin", path)).form(path)).status
        for _turn in range(4)
    ]

    assert answers == [303, 303, 303, 429]
    assert len(mails(world)) == 3


def test_while_it_is_charged_no_link_is_sent(world: World, till: Till):
    till.saved_card()
    till.charge(payment_id := till.payment())

    answer = send(world, payment_id)

    assert "This payment is being charged right now. Wait for the outcome." in answer.text
    assert mails(world) == []


def test_in_swedish_too(world: World, till: Till):
    send(world, till.payment())

    shown = world.browser("sv").get(world.url("admin", f"/links/pay?token={token_of(world)}")).text

    assert "Betala 199,00" in shown
