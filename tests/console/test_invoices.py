"""Invoices for people: on the payment's page, over the API, on the customer's own site, and by mail."""

import json
import re
from email.message import EmailMessage
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader

from kernel.events import advance
from kernel.ids import new_id
from services.billing.invoices.of_payments import send_invoice
from services.billing.payments.lifecycle import create_payment
from services.billing.payments.lines import Item
from services.customers.models import Customer
from tests.console.people import paid, registered
from tests.flows.browser import Answer, Browser
from tests.flows.post import post_office
from tests.flows.world import Owner, World, make_world
from worker.listeners.deletions import customers_deletions
from worker.listeners.networks import networks, networks_in_billing
from worker.listeners.payment_mail import payment_mail
from worker.listeners.refund_mail import refund_mail


def settle(world: World) -> None:
    """Let the listeners read everything that has happened so far."""
    for listener in (networks, networks_in_billing, customers_deletions, payment_mail, refund_mail):
        for source in world.databases.values():
            while advance(listener, source, world.databases[listener.home]):
                pass


@pytest.fixture
def owner(world: World) -> Owner:
    made = registered(world, "asa@example.com", "Åsa", "Lind")
    settle(world)
    return made


@pytest.fixture
def payment_id(world: World, owner: Owner) -> UUID:
    """125.00 kronor that have come."""
    made = paid(world, owner, 12500, "SEK")
    settle(world)
    return made


def words_of(answer: Answer) -> str:
    assert answer.status == 200, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


def asked_for(world: World, owner: Owner, amount: int) -> UUID:
    """Make a payment that has not come."""
    with world.databases["billing"].unit_of_work(world.command) as uow:
        item = Item("Webbplats", amount)
        return create_payment(uow, customer_id=owner.customer_id, currency="SEK", items=[item]).id


def api(world: World, key: str, path: str) -> Answer:
    return world.browser().get(
        world.url("admin", f"/api/v1{path}"), headers={"Authorization": f"Bearer {key}"}
    )


def test_an_admin_downloads_the_invoice_of_a_payment(world: World, browser: Browser, payment_id: UUID):
    said = words_of(browser.get(world.url("admin", f"/payments/{payment_id}/invoice.pdf")))

    assert "Invoice" in said
    assert "Åsa Lind" in said
    assert "Paid" in said


def test_the_payments_page_shows_its_invoice(world: World, browser: Browser, payment_id: UUID):
    answer = browser.get(world.url("admin", f"/payments/{payment_id}"))

    assert "-00001 as PDF" in answer.text
    assert "Send the invoice again" in answer.text


def test_who_may_not_see_billing_gets_no_invoice(world: World, payment_id: UUID):
    key = world.api_key("customers.view")

    assert api(world, key, f"/payments/{payment_id}/invoice.pdf").status == 403


def test_programs_list_and_download(world: World, payment_id: UUID):
    key = world.api_key("billing.view")

    listed = json.loads(api(world, key, f"/invoices?payment_id={payment_id}").text)["items"]
    assert [(one["kind"], one["state"], one["total"]["amount"]) for one in listed] == [
        ("invoice", "paid", 12500)
    ]
    assert "Åsa Lind" in words_of(api(world, key, f"/invoices/{listed[0]['id']}.pdf"))
    assert api(world, key, f"/invoices/{new_id()}.pdf").status == 404


def test_the_owner_downloads_his_own_and_never_anothers(world: World, owner: Owner, payment_id: UUID):
    world.site(owner)
    other = registered(world, "olle@example.com", "Olle", "Ek")
    world.site(other, "annan")
    paid(world, other, 900, "SEK")
    settle(world)
    mine = world.signed_in("asa@example.com", host="bageri")
    another = world.signed_in("olle@example.com", host="annan")

    page = mine.get(world.url("bageri", "/dashboard/invoices")).text
    path = page.split('href="/dashboard/invoices/')[1].split('"')[0]

    assert page.count(".pdf") == 1
    assert "Åsa Lind" in words_of(mine.get(world.url("bageri", f"/dashboard/invoices/{path}")))
    assert another.get(world.url("annan", f"/dashboard/invoices/{path}")).status == 404


def test_the_receipt_is_sent_once_with_the_invoice(world: World, owner: Owner, payment_id: UUID):
    with post_office(world) as post:
        settle(world)
        assert post.deliver() == 1
        assert post.deliver() == 0

        [message] = post.server.taken
        [file] = list(message.iter_attachments())
    assert message["To"] == "asa@example.com"
    assert "125.00 SEK" in message.get_body(("plain",)).get_content().replace("\N{NO-BREAK SPACE}", " ")
    assert file.get_content_type() == "application/pdf"
    assert "Paid" in PdfReader(BytesIO(file.get_content())).pages[0].extract_text()


def test_a_refund_is_told_of_with_its_credit_note(world: World, owner: Owner):
    paid(world, owner, 12500, "SEK", back=500)
    with post_office(world) as post:
        settle(world)
        post.deliver()
        names = [file.get_filename() for message in post.server.taken for file in message.iter_attachments()]

    assert sorted(name.split("-")[0] for name in names)[1] == "CN"


def test_an_unpaid_invoice_is_sent_from_the_payments_page(world: World, browser: Browser, owner: Owner):
    payment_id = asked_for(world, owner, 12500)
    page = world.url("admin", f"/payments/{payment_id}")

    answer = browser.post(
        f"{page}/invoice/send", browser.get(page).form(f"/payments/{payment_id}/invoice/send")
    )

    assert answer.status == 303
    assert "is on its way to the customer" in browser.get(page).text
    with post_office(world) as post:
        settle(world)
        assert post.deliver() == 1
        [file] = list(post.server.taken[0].iter_attachments())
    assert "Unpaid" in PdfReader(BytesIO(file.get_content())).pages[0].extract_text()


def sent(
    world: World, owner: Owner, payment_id: UUID, *, billing_email: str = ""
) -> tuple[EmailMessage, str]:
    """Send the invoice; return the message, and the address in its text that leads to where it is paid."""
    with world.databases["customers"].unit_of_work(world.command) as uow:
        uow.get(Customer, owner.customer_id).billing_email = billing_email
    with world.databases["billing"].unit_of_work(world.command) as uow:
        send_invoice(uow, payment_id)
    with post_office(world) as post:
        settle(world)
        assert post.deliver() == 1
        [message] = post.server.taken
    text = message.get_body(("plain",)).get_content()
    [link] = re.findall(r"http://\S+/links/pay\?token=\S+", text) or [""]
    return message, link


@pytest.mark.parametrize("billing_email", ["", "ekonomi@bolaget.example"])
def test_an_unpaid_invoice_carries_the_link_to_pay_it_by(world: World, owner: Owner, billing_email: str):
    payment_id = asked_for(world, owner, 12500)

    message, link = sent(world, owner, payment_id, billing_email=billing_email)
    page = world.browser().get(world.url("admin", f"/links/pay?{link.partition('?')[2]}"))

    assert message["To"] == (billing_email or owner.email)
    assert (page.status, "SEK\xa0125.00" in page.text) == (200, True)
    assert len(list(message.iter_attachments())) == 1


def test_the_invoice_of_what_is_paid_asks_for_nothing(world: World, owner: Owner, payment_id: UUID):
    with post_office(world) as post:
        post.deliver()
    message, link = sent(world, owner, payment_id)

    assert link == ""
    assert "It is paid; you need not do anything." in message.get_body(("plain",)).get_content()


def test_the_link_does_not_go_where_invoices_went_before(world: World, owner: Owner):
    with world.databases["customers"].unit_of_work(world.command) as uow:
        uow.get(Customer, owner.customer_id).billing_email = "gammal@bolaget.example"
    with world.databases["billing"].unit_of_work(world.command) as uow:
        send_invoice(uow, asked_for(world, owner, 12500))
    with post_office(world) as post:
        settle(world)
        with world.databases["customers"].unit_of_work(world.command) as uow:
            uow.get(Customer, owner.customer_id).billing_email = "ny@bolaget.example"
        post.deliver()

        assert post.server.taken == []


def test_the_list_says_who_was_invoiced_and_leads_to_customer_payment_and_file(
    world: World, browser: Browser, owner: Owner, payment_id: UUID
):
    shown = browser.get(world.url("admin", "/invoices"))

    assert 'href="/invoices" aria-current="page"' in shown.text
    assert f'<a href="/customers/{owner.customer_id}"><bdi>Åsa Lind</bdi></a>' in shown.text
    assert f'href="/payments/{payment_id}"' in shown.text
    assert "SEK\xa0125.00" in shown.text
    [path] = set(re.findall(r'href="(/invoices/[0-9a-f-]+\.pdf)"', shown.text))
    assert "Åsa Lind" in words_of(browser.get(world.url("admin", path)))


@pytest.mark.parametrize("q", ["asa@example.com", "Lind", "20"])
def test_an_invoice_is_found_by_number_or_customer(
    world: World, browser: Browser, owner: Owner, payment_id: UUID, q: str
):
    other = registered(world, "bo@example.com", "Bo", "Ek")
    settle(world)

    shown = browser.get(world.url("admin", f"/invoices?q={q}")).text

    assert "-00001" in shown
    assert str(other.customer_id) not in shown


def test_tabs_and_days_narrow_the_list(world: World, browser: Browser, payment_id: UUID):
    def there(asked: str) -> bool:
        return "-00001" in browser.get(world.url("admin", f"/invoices?{asked}")).text

    assert there("tab=paid&since=0001-01-01&until=9999-12-31")
    assert not there("tab=unpaid")
    assert not there("until=2001-01-01")
    assert "No invoice is like that" in browser.get(world.url("admin", "/invoices?tab=credited")).text
    assert browser.get(world.url("admin", "/invoices?tab=x")).status == 400


def test_a_network_without_invoices_is_told_how_they_come(world: World, browser: Browser):
    assert "No invoices yet" in browser.get(world.url("admin", "/invoices")).text


def test_the_file_of_the_list_names_the_customers(world: World, browser: Browser, payment_id: UUID):
    form = browser.get(world.url("admin", "/invoices?tab=paid")).form("/invoices/export")

    answer = browser.post(world.url("admin", "/invoices/export"), form)

    lines = answer.text.splitlines()
    assert lines[0].removeprefix("\ufeff").startswith("number,kind,state,issued,customer,email,customer_id,")
    assert ",invoice,paid," in lines[1]
    assert ",Åsa Lind,asa@example.com," in lines[1]
    assert lines[1].endswith(",1,SEK,125.00,0.00,125.00")
    assert form["tab"] == "paid"


def test_who_may_not_see_billing_sees_no_list(world: World, payment_id: UUID):
    key = world.api_key("customers.view")

    assert api(world, key, "/invoices").status == 403
    assert api(world, key, "/invoices/export").status == 403


def test_another_network_has_no_such_invoice(world: World, payment_id: UUID):
    other = make_world(world.stack, world.databases)
    other.admin("somebody@else.example")
    settle(other)

    shown = other.signed_in("somebody@else.example").get(other.url("admin", "/invoices"))

    assert "No invoices yet" in shown.text
    assert "-00001" not in api(other, other.api_key("all"), "/invoices/export").text


def test_programs_take_the_file(world: World, payment_id: UUID):
    answer = api(world, world.api_key("billing.view", "customers.view"), "/invoices/export?q=Lind")

    assert answer.status == 200
    assert len(answer.text.splitlines()) == 2


def test_the_list_is_there_when_billing_is_not(world: World, browser: Browser, spoil, stuck):
    spoil("billing", stuck)

    shown = browser.get(world.url("admin", "/invoices"))

    assert shown.status == 503
    assert "The invoices cannot be shown right now" in shown.text
