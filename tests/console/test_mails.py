"""Mail in the console: the box of a customer, the list, one message behind its fence, sending again."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from kernel.contracts.mails import LINK
from services.customers.models import Customer, Mail
from tests.console.people import registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World
from tests.mailing import write as write_mail

SUBJECT = "Bekräfta din e-postadress"


@pytest.fixture
def owner(world: World) -> Owner:
    settle(world)
    return registered(world, "asa@example.com", "Åsa", "Lind")


def write(world: World, owner: Owner, **more: object) -> UUID:
    whose = {"account_id": owner.account_id, "customer_id": owner.customer_id, "to": owner.email}
    database = world.databases["customers"]
    return write_mail(database, world.command, **whose | {"language": "sv"} | more).id


def became(world: World, mail_id: UUID, **values: object) -> None:
    with world.databases["customers"].across_networks("test") as session:
        session.execute(update(Mail).where(Mail.id == mail_id).values(**values))


def rows(world: World) -> list[Mail]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Mail).order_by(Mail.created_at)))


def get(world: World, browser: Browser, path: str) -> Answer:
    return browser.get(world.url("admin", path))


def post(world: World, browser: Browser, mail_id: UUID, what: str) -> Answer:
    path = f"/mails/{mail_id}/{what}"
    form = get(world, browser, f"/mails/{mail_id}").form(path)
    return browser.post(world.url("admin", path), form)


def box(answer: Answer) -> str:
    found = re.search(r'<section id="panel-mails".*?</section>', answer.text, re.DOTALL)
    assert found
    return found[0]


def test_the_box_says_what_was_written_and_what_became_of_it(world, browser, owner):
    mail_id = write(world, owner)
    became(world, mail_id, state="due", attempts=2, answer="451 4.7.1 Come back")

    shown = box(get(world, browser, f"/customers/{owner.customer_id}"))

    for words in (SUBJECT, "Confirm your e-mail address", "Waiting", "2 attempts", "451 4.7.1 Come back"):
        assert words in shown
    assert f'href="/mails/{mail_id}"' in shown


def test_the_box_of_somebody_to_whom_nobody_wrote_says_so(world, browser, owner):
    assert "Nothing has been written" in box(get(world, browser, f"/customers/{owner.customer_id}"))


def test_older_messages_are_read_on_in_the_box(world, browser, owner):
    for number in range(6):
        write(world, owner, link="", name=f"Nummer {number}")

    first = box(get(world, browser, f"/customers/{owner.customer_id}"))
    older = re.search(r'href="(/customers/[^"]*after=[^"]*)"', first)
    rest = get(world, browser, older[1])

    assert first.count('href="/mails/') == 5
    assert rest.text.count('href="/mails/0') == 1


def test_the_message_itself_is_shown_without_its_link(world, browser, owner):
    mail_id = write(world, owner)

    page = get(world, browser, f"/mails/{mail_id}")
    html = get(world, browser, f"/mails/{mail_id}/html")

    assert f'src="/mails/{mail_id}/html"' in page.text
    assert " sandbox " in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    for shown in (page.text, html.text):
        assert LINK not in shown
        assert "here stands the link" in shown
    assert "href=" not in html.text


def test_what_a_message_says_can_do_nothing(world, browser, owner):
    mail_id = write(world, owner)
    became(world, mail_id, html="<script>alert(1)</script><form action='https://evil.example'></form>")

    page, html = get(world, browser, f"/mails/{mail_id}"), get(world, browser, f"/mails/{mail_id}/html")

    policy = html.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'; ")
    assert "allow-" not in policy
    assert "script-src" not in policy
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "alert(1)" not in page.text


def test_other_pages_hold_no_frames(world, browser, owner):
    policy = get(world, browser, f"/customers/{owner.customer_id}").headers["Content-Security-Policy"]

    assert "frame-src" not in policy


def test_send_again_makes_a_new_message_and_shows_it(world, browser, owner):
    mail_id = write(world, owner)

    answer = browser.follow(post(world, browser, mail_id, "send-again"))

    first, second = rows(world)
    assert (first.id, second.state) == (mail_id, "due")
    assert answer.url.endswith(f"/mails/{second.id}")
    assert "The message is sent once more." in answer.text
    assert "sent again" in answer.text


def test_a_double_click_sends_one_message(world, browser, owner):
    mail_id = write(world, owner)
    path = f"/mails/{mail_id}/send-again"
    form = get(world, browser, f"/mails/{mail_id}").form(path)

    answers = [browser.post(world.url("admin", path), form) for _ in range(2)]

    assert answers[0].location == answers[1].location
    assert len(rows(world)) == 2


def test_after_five_the_page_says_when_it_can_be_done_again(world, browser, owner):
    mail_id = write(world, owner)
    for _ in range(5):
        assert post(world, browser, mail_id, "send-again").status == 303

    refused = post(world, browser, mail_id, "send-again")

    assert refused.status == 429
    assert "5 messages were sent again within the hour." in refused.text
    assert len(rows(world)) == 6


def test_what_was_given_up_can_be_tried_again_from_the_list(world, browser, owner):
    mail_id = write(world, owner)
    became(world, mail_id, state="dead", last_error="The address was refused: 550 5.1.1 Nobody")
    listed = get(world, browser, "/mails?state=given_up")

    answer = browser.post(
        world.url("admin", f"/mails/{mail_id}/try-again"), listed.form(f"/mails/{mail_id}/try-again")
    )

    assert "Given up" in listed.text
    assert answer.status == 303
    assert [row.state for row in rows(world)] == ["due"]


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("", True), ("?q=ASA@", True), ("?q=bo", False), ("?state=waiting", True), ("?state=sent", False),
        ("?template=verify_email", True), ("?template=invitation", False),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(world, browser, owner, asked, is_found):
    mail_id = write(world, owner)

    answer = get(world, browser, f"/mails{asked}")

    assert (f'href="/mails/{mail_id}"' in answer.text) == is_found
    assert ("No message was found." in answer.text) == (not is_found)


def test_a_list_of_nothing_says_so(world, browser, owner):
    assert "Nothing has been written yet." in get(world, browser, "/mails").text


@pytest.mark.parametrize("asked", ["?state=lost", "?after=nonsense", "?q=" + "a" * 400])
def test_nonsense_is_refused(world, browser, owner, asked):
    assert get(world, browser, f"/mails{asked}").status in {400, 422}


@pytest.mark.parametrize("what", ["send-again", "try-again"])
def test_without_csrf_or_permission_or_as_a_get_nothing_changes(world, browser, owner, what):
    mail_id = write(world, owner)
    became(world, mail_id, state="dead")
    path = world.url("admin", f"/mails/{mail_id}/{what}")
    token = get(world, browser, f"/mails/{mail_id}").form(f"/mails/{mail_id}/{what}")
    world.admin("aud@demo.example", role="auditor", name="Aud It")
    auditor = world.signed_in("aud@demo.example")
    page = auditor.get(world.url("admin", f"/mails/{mail_id}"))

    assert browser.post(path, {}).status == 400
    assert auditor.post(path, token).status == 400
    assert browser.get(path).status == 405
    assert f'action="/mails/{mail_id}/{what}"' not in page.text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    assert auditor.post(path, {"csrf_token": csrf}).status == 403
    assert [row.state for row in rows(world)] == ["dead"]


@pytest.mark.parametrize("rest", ["", "/html"])
def test_a_message_that_is_not_there_is_not_found(world, browser, owner, rest):
    assert get(world, browser, f"/mails/{uuid4()}{rest}").status == 404


def test_whom_mail_does_not_reach_is_marked_on_his_page_and_in_the_list(world, browser, owner):
    with world.databases["customers"].unit_of_work(world.command) as uow:
        customer = uow.get(Customer, owner.customer_id)
        customer.unreachable_since, customer.unreachable_reason = uow.now, "550 5.1.1 Nobody here"

    page = get(world, browser, f"/customers/{owner.customer_id}")

    assert "Cannot be reached by mail since" in page.text
    assert 'title="550 5.1.1 Nobody here"' in page.text
    assert "Cannot be reached" in get(world, browser, "/customers").text
    assert "Kan inte nås" in browser_in_swedish(world).get(world.url("admin", "/customers")).text


def browser_in_swedish(world: World) -> Browser:
    browser = world.signed_in()
    browser.language = "sv"
    return browser
