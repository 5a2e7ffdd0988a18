"""Links to set a password: who may have one sent, how often, and that nothing tells whose address it is."""

import pytest
from sqlalchemy import select

from kernel.contracts.access import ROLES
from kernel.contracts.events import PasswordLinkSent
from kernel.log import EventRow
from services.customers.accounts import one_time_tokens, password_links
from services.customers.accounts.link_limits import ResentTooOften
from services.customers.accounts.password_links import AccountNotActive
from services.customers.models import Account, AuditLine, LinkRequest, Mail
from services.customers.profiles.logins import LoginNotYours
from tests.calling import statements
from tests.customers.conftest import make_admin, signed_in
from tests.customers.test_link_requests import answer_all, ask, count
from tests.mailing import found_network

PATH = "/v1/resets/requests"


@pytest.fixture
def customer(database, owner, register):
    found_network(database, owner, verification="never")
    return register("Åsa", "Berg", email="asa@shop.example")


def send(database, admin, customer):
    with database.unit_of_work(admin) as uow:
        password_links.send(uow, customer.id)


def letters(database, owner):
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(Mail).order_by(Mail.created_at, Mail.id)))


def events(database, owner):
    named = EventRow.type == "account.password_link_sent"
    with database.unit_of_work(owner) as uow:
        rows = uow.session.scalars(select(EventRow.payload).where(named))
        return [PasswordLinkSent.model_validate(payload) for payload in rows]


def test_an_admin_has_a_link_mailed_in_the_customers_language(database, owner, customer):
    admin = signed_in(make_admin(database, owner, "support"))
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).locale = "en"

    send(database, admin, customer)

    (letter,) = letters(database, owner)
    assert (letter.to, letter.link, letter.subject) == ("asa@shop.example", "reset", "Set a password")
    assert "We have sent it to help you sign in. It works for two hours, and once." in letter.text
    sent = PasswordLinkSent(account_id=customer.account_id, customer_id=customer.id, how="admin")
    assert events(database, owner) == [sent]
    with database.unit_of_work(owner) as uow:
        lines = select(AuditLine.actor, AuditLine.action).where(AuditLine.object_id == customer.id)
        assert uow.session.execute(lines).all() == [(admin.actor, "password link sent")]


def test_the_sixth_link_of_an_hour_is_refused_and_the_customers_own_are_counted_apart(
    database, owner, customer
):
    admin = signed_in(make_admin(database, owner))
    for _ in range(5):
        send(database, admin, customer)

    with pytest.raises(ResentTooOften, match="5 links were sent within the hour") as refused:
        send(database, admin, customer)
    with database.unit_of_work(owner) as uow:
        password_links.send_to_oneself(uow, uow.get(Account, customer.account_id))

    assert 3500 < refused.value.retry_after <= 3600
    assert [letter.values["asking"] for letter in letters(database, owner)] == ["admin"] * 5 + ["customer"]


def test_nothing_opens_an_account_that_is_not_active(database, owner, customer):
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).is_active = False

    with pytest.raises(AccountNotActive, match="not active"):
        send(database, owner, customer)

    assert letters(database, owner) == []


@pytest.mark.parametrize("target", [None, *ROLES])
@pytest.mark.parametrize("asking", [role for role in ROLES if "customers.credentials" in ROLES[role]])
def test_only_who_has_more_rights_decides_how_somebody_signs_in(database, owner, customer, asking, target):
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).role = target
    admin = signed_in(make_admin(database, owner, asking))
    may = target is None or ROLES[target] < ROLES[asking]

    if may:
        send(database, admin, customer)
    else:
        with pytest.raises(LoginNotYours, match=f"{target} of the network"):
            send(database, admin, customer)

    assert len(letters(database, owner)) == may


def test_known_and_unknown_get_the_same_answer_after_the_same_statements(
    service, database, owner, customer, call
):
    asked = []
    for email in ("asa@shop.example", "nobody@shop.example", "not an address", ""):
        with statements(service.extensions["atoll"].database) as sent:
            answer = ask(call, owner, email, PATH)
        asked.append((answer, [query for query, _ in sent]))

    assert asked[0][0] == (204, b"")
    assert all(one == asked[0] for one in asked)


def test_who_asks_is_written_to_and_nobody_else(database, owner, customer, register, call):
    admin = make_admin(database, owner)
    closed = register("Bo", email="bo@shop.example")
    with database.unit_of_work(owner) as uow:
        uow.get(Account, closed.account_id).is_active = False
    for email in (" ASA@shop.example ", admin.email, "bo@shop.example", "nobody@shop.example"):
        assert ask(call, owner, email, PATH) == (204, b"")

    answer_all(database, owner)

    assert {(one.to, one.customer_id) for one in letters(database, owner)} == {
        ("asa@shop.example", customer.id), (admin.email, None),
    }  # fmt: skip
    assert {event.how for event in events(database, owner)} == {"customer"}
    assert count(database, owner, LinkRequest) == 0


def test_the_sixth_wish_of_an_hour_is_not_answered(database, owner, customer, call):
    for _ in range(6):
        ask(call, owner, "asa@shop.example", PATH)

    answer_all(database, owner)

    assert count(database, owner, Mail) == 5


def test_ending_links_ends_those_that_are_only_asked_for_or_written_too(database, owner, customer, call):
    send(database, owner, customer)
    ask(call, owner, "asa@shop.example", PATH)
    with database.unit_of_work(owner) as uow:
        token = one_time_tokens.issue(uow, customer.account_id, "reset")
        kept = one_time_tokens.issue(uow, customer.account_id, "verify")

    with database.unit_of_work(owner) as uow:
        account = uow.get(Account, customer.account_id)
        assert password_links.end_links(uow, account, "reset") == 2

    assert letters(database, owner) == []
    assert count(database, owner, LinkRequest) == 0
    with database.unit_of_work(owner) as uow:
        assert one_time_tokens.find(uow, kept, "verify").id == customer.account_id
        with pytest.raises(one_time_tokens.LinkNotValid):
            one_time_tokens.find(uow, token, "reset")
