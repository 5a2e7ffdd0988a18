"""The messages of the network to look at, and a test to oneself."""

import pytest
from sqlalchemy import select

from kernel.contracts.mails import LINK
from services.customers.mail.samples import templates
from services.customers.models import Mail
from tests.console.people import settle
from tests.flows.browser import Browser
from tests.flows.world import World

VERIFY = "/settings/mail/verify_email/sv"


@pytest.fixture(autouse=True)
def known(world: World) -> None:
    settle(world)


def mails(world: World) -> list[Mail]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Mail).where(Mail.template == "verify_email")))


def test_every_message_is_listed_in_both_languages(world: World, browser: Browser):
    page = browser.get(world.url("admin", "/settings/mail")).text

    for template in templates():
        for language in ("en", "sv"):
            assert f'href="/settings/mail/{template}/{language}"' in page
    assert 'aria-current="page">' in page


def test_one_is_shown_as_mail_programs_draw_it_and_as_text(world: World, browser: Browser):
    page = browser.get(world.url("admin", VERIFY))
    html = browser.get(world.url("admin", f"{VERIFY}/html"))

    assert f'src="{VERIFY}/html"' in page.text
    for shown in (page.text, html.text):
        assert "Bekräfta att asa.lindqvist@shop.example är din e-postadress" in shown
        assert LINK not in shown
    assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")


def test_a_test_goes_to_whoever_is_signed_in(world: World, browser: Browser):
    form = browser.get(world.url("admin", VERIFY)).form(VERIFY)

    answer = browser.follow(browser.post(world.url("admin", VERIFY), form))

    assert "A test is on its way to admin@demo.example." in answer.text
    assert [(mail.to, mail.language) for mail in mails(world)] == [("admin@demo.example", "sv")]


@pytest.mark.parametrize("path", ["/settings/mail/layout/sv", "/settings/mail/verify_email/fi"])
def test_what_there_is_not_is_not_found(world: World, browser: Browser, path: str):
    assert browser.get(world.url("admin", path)).status == 404
    assert browser.get(world.url("admin", f"{path}/html")).status == 404


def test_who_does_not_decide_for_the_network_sends_nothing(world: World, browser: Browser):
    world.admin("sam@demo.example", role="support", name="Sam Support")
    support = world.signed_in("sam@demo.example")
    form = support.get(world.url("admin", "/customers")).form("/sign-out")

    assert support.get(world.url("admin", "/settings/mail")).status == 403
    assert support.get(world.url("admin", f"{VERIFY}/html")).status == 403
    assert support.post(world.url("admin", VERIFY), form).status == 403
    assert browser.post(world.url("admin", VERIFY), {}).status == 400
    assert mails(world) == []
