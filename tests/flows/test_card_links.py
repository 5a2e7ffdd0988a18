"""Saving a card by a link: from the button in the console to the saved card, and nothing is charged."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from kernel.events import advance
from services.customers.mail.pay_links import issue
from services.customers.models import AuditLine, Mail
from tests.billing.card_pages import CardPages, card_pages
from tests.billing.till import open_till
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World
from tests.payment_sandbox import Sandbox, sandbox
from worker.listeners.networks import networks

__all__ = ["sandbox"]


@pytest.fixture
def owner(world: World) -> Owner:
    while advance(networks, world.databases["sites"], world.databases["customers"]):
        pass
    world.admin()
    return world.customer()


@pytest.fixture
def pages(world: World, owner: Owner, sandbox: Sandbox) -> CardPages:
    settings, billing = world.stack.settings, world.databases["billing"]
    till = replace(open_till(sandbox, settings, billing, world.command), customer_id=owner.customer_id)
    return card_pages(till, settings)


def mails(world: World) -> list[Mail]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Mail).where(Mail.template == "card_link")))


def ask(world: World, pages: CardPages) -> Answer:
    """Press the button on the page of one of the customer's payments."""
    payment_id = pages.till.payment()
    admin, path = world.signed_in(), f"/payments/{payment_id}/methods/ask"
    form = admin.get(world.url("admin", f"/payments/{payment_id}")).form(path)
    return admin.follow(admin.post(world.url("admin", path), form))


def token_of(world: World, mail: Mail) -> str:
    """Return the token of a message, as the worker makes it when it sends."""
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return issue(uow, mail)


def press(world: World, browser: Browser, token: str) -> Answer:
    form = browser.get(world.url("admin", f"/links/card?token={token}")).form("/links/card")
    return browser.follow(browser.post(world.url("admin", "/links/card"), form))


def work(pages: CardPages) -> None:
    pages.work(pages.every()[-1].id)


def test_from_the_button_in_the_console_to_the_saved_card(world: World, pages: CardPages):
    sent = ask(world, pages)
    (mail,) = mails(world)
    customer, token = world.browser(), token_of(world, mail)

    waiting = press(world, customer, token)
    work(pages)
    going = customer.get(world.url("admin", "/links/card/wait"))
    page = pages.every()[0].page
    _status, leads_to = pages.till.sandbox.pay(page)
    back = customer.get(leads_to)
    work(pages)
    saved = customer.get(leads_to)

    assert "The link is sent." in sent.text
    assert (mail.to, mail.link, mail.subject) == ("olle@example.com", "card", "Save a card for Demo")
    assert waiting.headers["Refresh"] == "1"
    assert going.headers["Refresh"] == f"0; url={page}"
    assert leads_to == world.url("admin", "/links/card/back")
    assert back.headers["Refresh"] == "3; url=/links/card/back"
    assert "Your card is saved. Thank you." in saved.text
    assert [card.last4 for card in pages.kept()] == ["4242"]
    assert pages.till.sandbox.ledger() == []


def test_it_is_written_down_who_asked(world: World, pages: CardPages, owner: Owner):
    ask(world, pages)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        lines = uow.session.scalars(select(AuditLine).where(AuditLine.action == "card link sent")).all()
        assert [line.object_id for line in lines] == [owner.customer_id]


def test_opening_the_link_changes_nothing_and_says_nothing_of_the_customer(world: World, pages: CardPages):
    ask(world, pages)
    token = token_of(world, mails(world)[0])

    shown = [world.browser().get(world.url("admin", f"/links/card?token={token}")) for _turn in range(3)]

    assert [answer.status for answer in shown] == [200, 200, 200]
    assert "Olle" not in shown[0].text
    assert shown[0].headers["Referrer-Policy"] == "no-referrer"
    assert pages.every() == []


def test_who_presses_twice_gets_one_page(world: World, pages: CardPages):
    ask(world, pages)
    token = token_of(world, mails(world)[0])

    press(world, world.browser(), token)
    press(world, world.browser(), token)

    assert len(pages.every()) == 1


def test_a_link_to_save_a_card_by_pays_nothing_and_the_other_way_round(world: World, pages: CardPages):
    ask(world, pages)
    token = token_of(world, mails(world)[0])
    to_pay = Mail(customer_id=pages.till.customer_id, values={"payment_id": str(pages.till.payment())})
    paying = token_of(world, to_pay)
    browser = world.browser()

    assert browser.get(world.url("admin", f"/links/pay?token={token}")).status == 404
    assert browser.get(world.url("admin", f"/links/card?token={paying}")).status == 404
    assert browser.get(world.url("admin", f"/links/card?token={token}")).status == 200


def test_a_fourth_link_within_the_hour_is_refused(world: World, pages: CardPages):
    for _turn in range(3):
        ask(world, pages)

    refused = ask(world, pages)

    assert "3 such links were sent within the hour." in refused.text
    assert len(mails(world)) == 3


def test_a_page_that_cannot_be_made_says_why_and_offers_the_button_again(world: World, pages: CardPages):
    ask(world, pages)
    token, customer = token_of(world, mails(world)[0]), world.browser()
    pages.till.sandbox.fault("500_before", endpoint="checkout/sessions", times=1, method="POST")
    press(world, customer, token)

    work(pages)
    unknown = customer.get(world.url("admin", "/links/card/wait"))
    press(world, customer, token)
    work(pages)

    assert (unknown.status, "Save a card" in unknown.text) == (200, True)
    assert pages.every()[0].status == "waiting"
    assert len(pages.every()) == 1


def test_without_a_gateway_the_page_says_so(world: World, pages: CardPages):
    ask(world, pages)
    token = token_of(world, mails(world)[0])

    with pages.till.switched_off():
        shown = world.browser().get(world.url("admin", f"/links/card?token={token}"))

    assert "No card can be saved here." in shown.text
