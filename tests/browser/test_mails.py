"""The pages about mail in Chromium: no fault, and a message in its frame can be read and do nothing."""

import pytest
from sqlalchemy import update

from services.customers.models import Mail
from tests.browser.conftest import Open, enter
from tests.browser.test_pages import LOOKS, Look, faults
from tests.flows.world import Owner, World
from tests.mailing import write


def written(world: World, owner: Owner, **more: object) -> Mail:
    """A message that was given up: everything there is to show of one."""
    database = world.databases["customers"]
    mail = write(
        database, world.command, to=owner.email, account_id=owner.account_id, customer_id=owner.customer_id
    )
    given_up = {"state": "dead", "attempts": 2, "answer": "550 5.1.1 Nobody here", "last_error": "Refused."}
    with database.across_networks("test") as session:
        session.execute(update(Mail).where(Mail.id == mail.id).values(**given_up | more))
    return mail


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], ids=lambda look: " ".join(map(str, look.values())))
def test_no_page_about_mail_has_a_fault(world: World, open_page: Open, owners: list[Owner], look: Look):
    mail = written(world, owners[0])
    page = open_page(**look)
    enter(world, page)
    found: list[str] = []

    for path in ("/mails", "/mails?q=nobody", f"/mails/{mail.id}", f"/customers/{owners[0].customer_id}",
                 "/settings/mail", "/settings/mail/verify_email/sv"):  # fmt: skip
        page.goto(world.url("admin", path))
        found += faults(page)

    assert found == []


def test_a_message_is_read_in_its_frame_and_can_do_nothing(
    world: World, open_page: Open, owners: list[Owner]
):
    harm = "<p>Hej Åsa</p><script>top.document.title = 'taken'</script>"
    mail = written(world, owners[0], html=f"<!doctype html><html lang='sv'><body>{harm}</body></html>")
    page = open_page()
    enter(world, page)

    page.goto(world.url("admin", f"/mails/{mail.id}"))
    frame = page.frame_locator(".mail-frame")

    assert frame.locator("p").inner_text() == "Hej Åsa"
    assert page.title() != "taken"


def test_sending_again_leads_to_the_new_message(world: World, open_page: Open, owners: list[Owner]):
    mail = written(world, owners[0])
    page = open_page()
    enter(world, page, f"/mails/{mail.id}")

    page.get_by_role("button", name="Send again").click()
    page.wait_for_url(lambda address: "/mails/" in address and str(mail.id) not in address)

    assert page.locator(".marks").inner_text().split() == ["Waiting", "sent", "again"]
