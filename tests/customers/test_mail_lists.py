"""What was written to whom: lists, one message, and sending it again."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.access import ROLES
from kernel.contracts.mails import LINK
from kernel.database import Database
from kernel.ids import new_id
from services.customers.mail.sending_again import AGAIN
from services.customers.models import Account, AuditLine, Customer, Mail
from tests.calling import Call
from tests.customers.conftest import Register, make_admin, signed_in
from tests.mailing import found_network, read, write


@pytest.fixture
def admin(database: Database, owner: Identity) -> Identity:
    return signed_in(make_admin(database, owner, "owner"))


@pytest.fixture
def known(database: Database, owner: Identity) -> None:
    found_network(database, owner, verification="never")


@pytest.fixture
def customer(known: None, register: Register) -> Customer:
    return register("Åsa", "Berg", "asa@shop.example")


@dataclass(frozen=True)
class Box:
    """A customer's mail, and an owner of the network who asks for it."""

    call: Call
    admin: Identity
    database: Database
    owner: Identity
    customer: Customer

    def write(self, **more: object) -> UUID:
        whose = {"customer_id": self.customer.id, "account_id": self.customer.account_id}
        return write(self.database, self.owner, **whose | more).id

    def ask(self, method: str, path: str, **more: object) -> TestResponse:
        return self.call(self.admin, method, path, **more)

    def found(self, path: str) -> list[str]:
        return [f"{item['template']} {item['to']}" for item in self.ask("GET", path).json["items"]]

    def became(self, mail_id: UUID, **values: object) -> None:
        with self.database.across_networks("test") as session:
            session.execute(update(Mail).where(Mail.id == mail_id).values(**values))


@pytest.fixture
def box(call, admin, database, owner, customer) -> Box:
    return Box(call, admin, database, owner, customer)


def test_a_customers_mail_comes_newest_first_and_is_read_on(box):
    ids = [str(box.write(link="")) for _ in range(23)]

    first = box.ask("GET", f"/v1/customers/{box.customer.id}/mails").json
    rest = box.ask("GET", f"/v1/customers/{box.customer.id}/mails?after={first['after']}").json

    assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]
    assert rest["after"] is None


def test_the_customer_comes_with_the_newest_five(box):
    ids = [str(box.write(link="")) for _ in range(6)]

    found = box.ask("GET", f"/v1/customers/{box.customer.id}").json["mails"]

    assert [item["id"] for item in found["items"]] == ids[:0:-1]
    assert found["after"] is not None


def test_another_customers_mail_is_not_among_it(box, register):
    other = register("Bo", "Ek", "bo@shop.example")
    box.write(link="")

    assert box.ask("GET", f"/v1/customers/{other.id}/mails").json == {"items": [], "after": None}


@pytest.mark.parametrize(
    ("state", "said"), [("due", "waiting"), ("leased", "waiting"), ("done", "sent"), ("dead", "given_up")]
)
def test_its_state_is_told_in_words_of_mail(box, state, said):
    mail_id = box.write()
    box.became(mail_id, state=state, answer="250 OK", attempts=2)

    found = box.ask("GET", f"/v1/mails/{mail_id}").json

    assert (found["state"], found["attempts"], found["answer"]) == (said, 2, "250 OK")
    assert [item["id"] for item in box.ask("GET", f"/v1/mails?state={said}").json["items"]] == [str(mail_id)]
    others = {"waiting", "sent", "given_up"} - {said}
    assert all(box.ask("GET", f"/v1/mails?state={other}").json["items"] == [] for other in others)


def test_the_message_is_shown_with_a_placeholder_where_its_link_was(box):
    found = box.ask("GET", f"/v1/mails/{box.write()}").json

    assert LINK in found["text"]
    assert f'href="{LINK}"' in found["html"]
    assert "token" not in str(found)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("asa@shop.example", ["verify_email asa@shop.example"]),
        ("ASA@", ["verify_email asa@shop.example"]),
        ("bo", ["verify_email Bo@Shop.example"]),
        ("shop", []),
        ("a%", []),
    ],
)
def test_mail_is_found_by_how_an_address_begins(box, q, found):
    box.write(link="")
    box.write(link="", to="Bo@Shop.example")

    assert box.found(f"/v1/mails?q={q.replace('%', '%25')}") == found


def test_mail_is_found_by_its_template(box):
    box.write(link="")

    assert len(box.found("/v1/mails?template=verify_email")) == 1
    assert box.found("/v1/mails?template=welcome") == []


def test_a_cursor_of_another_list_is_refused(box):
    assert box.ask("GET", "/v1/mails?after=bm9uc2Vuc2U").status_code == 422


def test_sent_again_it_is_a_new_message_of_the_same_words(box):
    mail_id = box.write()

    response = box.ask("POST", f"/v1/mails/{mail_id}/send-again")

    assert response.status_code == 201
    again, before = (
        read(box.database, box.owner, UUID(response.json["id"])),
        read(box.database, box.owner, mail_id),
    )
    assert (again.reason, again.state, again.attempts) == (AGAIN, "due", 0)
    for name in ("to", "subject", "html", "text", "link", "template", "customer_id", "account_id"):
        assert getattr(again, name) == getattr(before, name)
    shown = box.ask("GET", f"/v1/mails/{again.id}").json
    assert (shown["is_sent_again"], box.ask("GET", f"/v1/mails/{mail_id}").json["is_sent_again"]) == (
        True,
        False,
    )


def test_two_clicks_on_one_form_send_one_message(box):
    mail_id = box.write()
    path, headers = f"/v1/mails/{mail_id}/send-again", {"Idempotency-Key": str(new_id())}
    other = {"Idempotency-Key": str(new_id())}

    first, second = (box.ask("POST", path, headers=headers).json["id"] for _ in range(2))
    third = box.ask("POST", path, headers=other).json["id"]

    assert first == second != third
    with box.database.unit_of_work(box.owner) as uow:
        lines = uow.session.scalars(select(AuditLine).where(AuditLine.action == "mail sent again")).all()
        assert (len(uow.session.scalars(select(Mail)).all()), len(lines)) == (3, 2)


def test_sending_again_is_written_down_and_told(box):
    mail_id = box.write()
    box.ask("POST", f"/v1/mails/{mail_id}/send-again")

    with box.database.unit_of_work(box.owner) as uow:
        [line] = uow.session.scalars(select(AuditLine).where(AuditLine.action == "mail sent again"))
    assert (line.object_id, line.details) == (
        box.customer.id,
        {"mail": str(mail_id), "template": "verify_email"},
    )


def test_five_an_hour_are_sent_again_to_a_customer(box):
    first, second = box.write(), box.write(link="")
    for mail_id in (first, second, first, second, first):
        assert box.ask("POST", f"/v1/mails/{mail_id}/send-again").status_code == 201

    refused = box.ask("POST", f"/v1/mails/{second}/send-again")

    assert refused.status_code == 429
    assert "5 messages were sent again within the hour." in refused.json["detail"]
    assert int(refused.headers["Retry-After"]) > 3500
    with box.database.unit_of_work(box.owner) as uow:
        assert len(uow.session.scalars(select(Mail)).all()) == 7
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        assert box.ask("POST", f"/v1/mails/{second}/send-again").status_code == 201


def test_those_to_nobodys_customer_are_counted_by_address(box, known):
    admins = write(box.database, box.owner, to="ada@office.example", link="").id
    others = write(box.database, box.owner, to="bo@office.example", link="").id
    for _ in range(5):
        box.ask("POST", f"/v1/mails/{admins}/send-again")

    assert box.ask("POST", f"/v1/mails/{admins}/send-again").status_code == 429
    assert box.ask("POST", f"/v1/mails/{others}/send-again").status_code == 201


def test_a_link_is_not_sent_again_to_an_old_address(box):
    mail_id, without = box.write(), box.write(link="")
    with box.database.unit_of_work(box.owner) as uow:
        account = uow.get(Account, box.customer.account_id)
        account.email = account.email_key = "new@shop.example"

    refused = box.ask("POST", f"/v1/mails/{mail_id}/send-again")

    assert refused.status_code == 409
    assert refused.json["code"] == "LinkOfOldAddress"
    assert box.ask("POST", f"/v1/mails/{without}/send-again").status_code == 201


def test_what_was_given_up_is_tried_again_with_all_its_attempts(box):
    mail_id = box.write()
    box.became(mail_id, state="dead", attempts=9)

    assert box.ask("POST", f"/v1/mails/{mail_id}/try-again").status_code == 204

    row = read(box.database, box.owner, mail_id)
    assert (row.state, row.attempts) == ("due", 0)
    assert box.ask("POST", f"/v1/mails/{mail_id}/try-again").status_code == 404


@pytest.mark.parametrize("what", ["send-again", "try-again"])
@pytest.mark.parametrize(
    ("link", "permissions", "status"),
    [
        ("", ROLES["auditor"], 403),
        ("reset", frozenset({"customers.view", "customers.edit"}), 403),
        ("verify", frozenset({"customers.view", "customers.credentials"}), 403),
    ],
)
def test_who_may_not_changes_nothing(box, what, link, permissions, status):
    mail_id = box.write(link=link)
    box.became(mail_id, state="dead")
    somebody = replace(signed_in(make_admin(box.database, box.owner)), permissions=permissions)

    assert box.call(somebody, "POST", f"/v1/mails/{mail_id}/{what}").status_code == status
    with box.database.unit_of_work(box.owner) as uow:
        assert [mail.state for mail in uow.session.scalars(select(Mail))] == ["dead"]
        assert uow.session.scalars(select(AuditLine).where(AuditLine.action.like("mail %"))).all() == []


@pytest.mark.parametrize("what", ["send-again", "try-again"])
def test_a_link_into_the_account_of_who_may_do_more_is_not_sent(box, what):
    mail_id = box.write(link="reset")
    box.became(mail_id, state="dead")
    with box.database.unit_of_work(box.owner) as uow:
        uow.get(Account, box.customer.account_id).role = "administrator"
    support = signed_in(make_admin(box.database, box.owner, "support"))

    refused = box.call(support, "POST", f"/v1/mails/{mail_id}/{what}")

    assert (refused.status_code, refused.json["code"]) == (403, "LoginNotYours")
    assert box.ask("POST", f"/v1/mails/{mail_id}/{what}").status_code in {201, 204}


@pytest.mark.parametrize("what", ["send-again", "try-again"])
def test_an_invitation_is_not_sent_again_as_mere_mail(box, what):
    """Whoever may send links to customers could otherwise keep open what an owner let run out."""
    mail_id = box.write(link="invite")
    box.became(mail_id, state="dead")

    refused = box.ask("POST", f"/v1/mails/{mail_id}/{what}")

    assert (refused.status_code, refused.json["code"]) == (409, "InvitationOfItsOwn")
    assert read(box.database, box.owner, mail_id).state == "dead"
    assert len(box.found("/v1/mails")) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", "/send-again"), ("POST", "/try-again")],
)
def test_another_networks_message_is_like_none(box, method, path):
    mail_id = box.write()
    elsewhere = Identity.command(uuid4())
    other = signed_in(make_admin(box.database, elsewhere))

    theirs = box.call(other, method, f"/v1/mails/{mail_id}{path}")
    none = box.call(other, method, f"/v1/mails/{uuid4()}{path}")

    assert (theirs.status_code, theirs.json["detail"]) == (404, "There is no such message.")
    assert none.json["detail"] == theirs.json["detail"]
    assert box.call(other, "GET", "/v1/mails").json["items"] == []


def test_a_new_address_is_reachable_until_shown_otherwise(box):
    with box.database.unit_of_work(box.owner) as uow:
        mine = uow.get(Customer, box.customer.id)
        mine.unreachable_since, mine.unreachable_reason = uow.now, "550 5.1.1 Nobody here"
    marked = box.ask("GET", f"/v1/customers/{box.customer.id}").json

    edit = {"seen": None, "changes": {"email": "ny@shop.example"}}
    assert box.ask("PATCH", f"/v1/customers/{box.customer.id}", json=edit).status_code == 200

    now = box.ask("GET", f"/v1/customers/{box.customer.id}").json
    assert (marked["unreachable_since"] is None, marked["unreachable_reason"]) == (
        False,
        "550 5.1.1 Nobody here",
    )
    assert (now["email"], now["unreachable_since"], now["unreachable_reason"]) == (
        "ny@shop.example",
        None,
        "",
    )
