"""Sending due mail: what the server says, and what becomes of the row, its link and its customer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, update

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.events import ReachabilityChanged
from kernel.database import Database
from kernel.log import EventRow
from kernel.work import LEASE, Performer, perform, retry_dead
from services.customers.accounts import one_time_tokens
from services.customers.mail import sending
from services.customers.models import Account, Customer, Mail, OneTimeToken
from services.customers.profiles.registration import register_customer
from tests.mail_server import HANG_UP, TAKE_AND_HANG_UP, MailServer, running_mail_server
from tests.mailing import found_network, read, write
from worker.performers.mail import DELAYS, mail_performer

ADDRESS = "asa@shop.example"
NOBODY = "550 5.1.1 Nobody here"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with running_mail_server() as running:
        yield running


@pytest.fixture
def database(databases: dict[str, Database], owner: Identity) -> Database:
    found_network(databases["customers"], owner)
    return databases["customers"]


@pytest.fixture
def customer(database: Database, owner: Identity) -> Customer:
    with database.unit_of_work(owner) as uow:
        return register_customer(uow, email=ADDRESS, how="api", first_name="Åsa")


@dataclass(frozen=True)
class Post:
    """A customer to write to, a performer that sends, and the server it sends to."""

    server: MailServer
    performer: Performer
    database: Database
    owner: Identity
    customer: Customer

    def write(self, **more: object) -> UUID:
        who = {"account_id": self.customer.account_id, "customer_id": self.customer.id} | more
        return write(self.database, self.owner, **who).id

    def send(self, mail_id: UUID, *, times: int = 1) -> None:
        """Perform the row, again and again as it becomes due."""
        at = clock.now()
        for _ in range(times):
            with time_machine.travel(at, tick=False):
                assert perform(self.performer, self.database, mail_id)
            at += timedelta(days=1)

    def row(self, mail_id: UUID) -> Mail:
        return read(self.database, self.owner, mail_id)

    def tokens(self) -> int:
        with self.database.unit_of_work(self.owner) as uow:
            return len(uow.session.scalars(select(OneTimeToken.id)).all())

    def reached(self, customer: Customer | None = None) -> tuple[bool, str]:
        with self.database.unit_of_work(self.owner) as uow:
            now = uow.get(Customer, (customer or self.customer).id)
            return now.unreachable_since is None, now.unreachable_reason

    def told(self) -> list[bool]:
        kind = ReachabilityChanged.model_fields["type"].default
        chosen = select(EventRow).where(EventRow.type == kind, EventRow.network_id == self.owner.network_id)
        with self.database.unit_of_work(self.owner) as uow:
            rows = uow.session.scalars(chosen.order_by(EventRow.position))
            return [row.payload["is_reachable"] for row in rows]


@pytest.fixture
def post(server, settings, database, owner, customer) -> Post:
    performer = mail_performer(server.settings(settings, smtp_timeout=2, port=8140))
    return Post(server, performer, database, owner, customer)


def test_what_the_server_takes_is_done_with_its_answer(post):
    mail_id = post.write()

    post.send(mail_id)

    row = post.row(mail_id)
    assert (row.state, row.answer, row.attempts, row.copies) == ("done", "250 2.0.0 Kept as 1", 1, 1)
    assert row.sent_at is not None
    assert post.server.rcpts == [[ADDRESS]]
    assert not perform(post.performer, post.database, mail_id)


def test_the_link_that_was_sent_works_and_is_kept_nowhere(post):
    mail_id = post.write()
    post.send(mail_id)

    text = post.server.taken[0].get_body(("plain",)).get_content()
    token = re.search(r"http://admin\.nord\.test:8140/links/verify\?token=(\S+)", text)[1]

    row = post.row(mail_id)
    assert token not in f"{row.text} {row.html} {row.values} {row.answer}"
    with post.database.unit_of_work(post.owner) as uow:
        assert one_time_tokens.consume(uow, token, "verify").id == post.customer.account_id


def test_a_message_without_a_link_makes_no_token(post):
    post.send(post.write(link=""))

    assert post.tokens() == 0
    assert len(post.server.taken) == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_not_now_is_tried_again_later(post, verb):
    mail_id = post.write()
    post.server.answers[verb] = "451 4.7.1 Come back"
    post.send(mail_id)
    waiting = post.row(mail_id)
    post.server.answers.clear()
    with time_machine.travel(waiting.due_at + timedelta(seconds=1), tick=False):
        perform(post.performer, post.database, mail_id)

    assert (waiting.state, waiting.answer, waiting.copies) == ("due", "451 4.7.1 Come back", 0)
    assert timedelta(seconds=10) < waiting.due_at - waiting.created_at < timedelta(seconds=25)
    assert (post.row(mail_id).state, len(post.server.taken)) == ("done", 1)
    assert post.reached() == (True, "")


def test_a_server_that_is_away_costs_no_token_and_is_tried_again(post, settings):
    with running_mail_server() as gone:
        away = mail_performer(gone.settings(settings))
    mail_id = post.write()

    replace(post, performer=away).send(mail_id)

    row = post.row(mail_id)
    assert (row.state, row.answer.partition(":")[0]) == (
        "due",
        "NotTaken" if False else "ConnectionRefusedError",
    )
    assert post.tokens() == 0


def test_after_the_last_try_it_is_given_up_and_the_customer_is_not_blamed(post):
    mail_id = post.write()
    post.server.answers["MAIL"] = "535 5.7.8 Who are you"

    post.send(mail_id, times=len(DELAYS) + 1)

    row = post.row(mail_id)
    assert (row.state, row.attempts, row.answer) == ("dead", 9, "535 5.7.8 Who are you")
    assert post.reached() == (True, "")
    assert post.told() == []


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_an_address_refused_for_good_is_given_up_and_marked_at_once(post, verb):
    mail_id = post.write()
    post.server.answers[verb] = NOBODY

    post.send(mail_id)

    row = post.row(mail_id)
    assert (row.state, row.answer, row.copies) == ("dead", NOBODY, 0)
    assert row.last_error == f"The address was refused: {NOBODY}"
    assert post.reached() == (False, NOBODY)
    assert post.told() == [False]


def test_it_is_told_once_however_many_messages_are_refused(post):
    post.server.answers["RCPT"] = NOBODY
    for _ in range(2):
        post.send(post.write())

    assert post.told() == [False]


def test_being_marked_is_no_edit(post):
    post.server.answers["RCPT"] = NOBODY
    post.send(post.write())

    with post.database.unit_of_work(post.owner) as uow:
        now = uow.get(Customer, post.customer.id)
    assert (now.version, now.modified_at) == (post.customer.version, post.customer.modified_at)


def test_a_message_that_gets_through_takes_the_mark_away(post):
    post.server.answers["RCPT"] = NOBODY
    post.send(post.write())
    post.server.answers.clear()
    post.send(post.write())

    assert post.reached() == (True, "")
    assert post.told() == [False, True]


def test_another_address_than_his_says_nothing_about_him(post):
    post.server.answers["RCPT"] = NOBODY
    post.send(post.write(to="old@shop.example", link=""))

    assert post.reached() == (True, "")


def test_another_customers_mail_says_nothing_about_him(post):
    with post.database.unit_of_work(post.owner) as uow:
        other = register_customer(uow, email="bo@shop.example", how="api")
    post.server.answers["RCPT"] = NOBODY
    post.send(post.write(customer_id=other.id, account_id=other.account_id, to="bo@shop.example"))

    assert post.reached() == (True, "")
    assert post.reached(other) == (False, NOBODY)


def test_a_link_is_not_sent_to_an_address_the_account_has_no_more(post):
    mail_id = post.write()
    with post.database.unit_of_work(post.owner) as uow:
        account = uow.get(Account, post.customer.account_id)
        account.email = account.email_key = "new@shop.example"

    post.send(mail_id)

    row = post.row(mail_id)
    assert row.state == "dead"
    assert row.last_error == "The account has another address by now; its link must not go to the old one."
    assert (post.server.taken, post.tokens()) == ([], 0)


def test_a_link_of_an_account_that_is_gone_is_not_sent(post):
    mail_id = post.write(account_id=UUID(int=7))

    post.send(mail_id)

    assert post.row(mail_id).last_error == "The account that the link was for is gone."
    assert post.server.taken == []


def test_what_is_no_address_is_given_up(post):
    mail_id = post.write(to="nobody", link="")

    post.send(mail_id)

    assert post.row(mail_id).state == "dead"
    assert post.server.taken == []


@pytest.mark.parametrize(("answer", "copies"), [(TAKE_AND_HANG_UP, 2), (HANG_UP, 0)])
def test_two_that_may_be_out_are_the_most(post, answer, copies):
    mail_id = post.write()
    post.server.answers["DATA"] = answer

    post.send(mail_id, times=3)

    row = post.row(mail_id)
    assert (row.state, row.attempts, row.copies) == ("dead", 3, 2)
    assert row.last_error.startswith("The mail server was twice handed this message without an answer")
    assert sum(post.server.copies.values()) == copies


def test_who_tries_again_by_hand_begins_a_new_count(post):
    mail_id = post.write()
    post.server.answers["DATA"] = HANG_UP
    post.send(mail_id, times=3)
    post.server.answers.clear()

    assert retry_dead(post.performer, post.database, mail_id) == 1
    post.send(mail_id)

    assert (post.row(mail_id).state, len(post.server.taken)) == ("done", 1)


def test_who_lost_the_lease_does_not_end_the_message(post):
    mail_id = post.write()
    about_to_end = sending.about_to_end

    def lose_the_lease_first(uow, mine):
        with post.database.across_networks("test") as session:
            session.execute(update(Mail).where(Mail.id == mail_id).values(lease_token=UUID(int=1)))
        about_to_end(uow, mine)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sending, "about_to_end", lose_the_lease_first)
        assert perform(post.performer, post.database, mail_id)

    row = post.row(mail_id)
    assert (row.state, row.copies, post.server.taken) == ("leased", 0, [])


def test_the_lease_is_held_anew_for_the_last_answer(post):
    mail_id = post.write()
    held: list[timedelta] = []
    about_to_end = sending.about_to_end

    def look(uow, mine):
        about_to_end(uow, mine)
        held.append(uow.get(Mail, mail_id).lease_until - uow.now)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sending, "about_to_end", look)
        post.send(mail_id)

    assert held == [LEASE]
