"""Setting a password by link or while signed in: who may, what ends, and who wins a race."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.credentials import PasswordChange, PasswordReset
from kernel.contracts.events import PasswordChanged
from kernel.database import Database
from kernel.errors import Forbidden, Unauthenticated
from kernel.log import EventRow
from services.customers.accounts import one_time_tokens, password_changes
from services.customers.accounts.confirmation import SessionEnded, confirm
from services.customers.accounts.one_time_tokens import LinkNotValid
from services.customers.accounts.oneself import AccountResting, WrongPassword
from services.customers.accounts.passwords import PasswordNotAllowed, is_right
from services.customers.models import Account, AuditLine, Customer, Mail
from services.customers.sign_ins.first_step import authenticate
from tests.customers.conftest import PASSWORD, Register, credentials, make_admin, signed_in
from tests.mailing import found_network

NEW = "Nordan-vind-8"


@pytest.fixture
def gateway(owner: Identity) -> Identity:
    return Identity.gateway(owner.network_id)


@pytest.fixture
def customer(database: Database, owner: Identity, register: Register) -> Customer:
    found_network(database, owner, locale="en", verification="never")
    return register("Åsa", "Berg", email="asa@shop.example", username="solveig")


def issue(database, owner, account_id, purpose="reset"):
    with database.unit_of_work(owner) as uow:
        return one_time_tokens.issue(uow, account_id, purpose)


def account_now(database, owner, account_id) -> Account:
    with database.unit_of_work(owner) as uow:
        return uow.get(Account, account_id)


def reset(database, gateway, token, password=NEW):
    return password_changes.reset(database, gateway, PasswordReset(token=token, password=password))


def change(database, asking, present=PASSWORD, password=NEW):
    return password_changes.change(database, asking, PasswordChange(present=present, password=password))


def signs_in(database, gateway, customer, password):
    given = credentials("asa@shop.example", password, door="site", customer_id=str(customer.id))
    return authenticate(database, gateway, given)


def told(database, owner):
    with database.unit_of_work(owner) as uow:
        named = select(EventRow.payload, EventRow.actor).where(EventRow.type == "account.password_changed")
        rows = uow.session.execute(named)
        return [(PasswordChanged.model_validate(row.payload).how, row.actor) for row in rows]


def letters(database, owner):
    with database.unit_of_work(owner) as uow:
        return [(mail.to, mail.subject) for mail in uow.session.scalars(select(Mail))]


def test_a_link_sets_the_password_and_says_where_it_opens(database, owner, gateway, customer):
    done = reset(database, gateway, issue(database, owner, customer.account_id))

    assert (done.customer_id, done.role) == (customer.id, None)
    assert signs_in(database, gateway, customer, NEW).customer_id == customer.id
    assert told(database, owner) == [("link", f"account:{customer.account_id}")]
    assert letters(database, owner) == [("asa@shop.example", "Your password has been changed")]
    with database.unit_of_work(owner) as uow:
        (line,) = uow.session.scalars(select(AuditLine).where(AuditLine.object_id == customer.id))
    assert (line.action, line.actor) == ("password changed", f"account:{customer.account_id}")
    assert "argon2" not in str(vars(line))


def test_a_reset_ends_every_session_takes_a_lock_off_and_voids_the_other_links(
    database, owner, gateway, customer
):
    session = signed_in(account_now(database, owner, customer.account_id), customer)
    token, other = (issue(database, owner, customer.account_id) for _ in range(2))
    with database.unit_of_work(owner) as uow:
        account = uow.get(Account, customer.account_id)
        account.failures, account.locked_until = 4, datetime.now(UTC) + timedelta(minutes=5)

    reset(database, gateway, token)

    now = account_now(database, owner, customer.account_id)
    assert (now.failures, now.locked_until, now.epoch) == (0, None, 2)
    with pytest.raises(SessionEnded), database.unit_of_work(session) as uow:
        confirm(uow)
    for used in (token, other):
        with pytest.raises(LinkNotValid):
            reset(database, gateway, used)


def test_an_admin_resets_too_and_keeps_his_role(database, owner, gateway):
    found_network(database, owner, verification="never")
    admin = make_admin(database, owner, "finance")

    done = reset(database, gateway, issue(database, owner, admin.id))

    assert (done.customer_id, done.role) == (None, "finance")
    assert authenticate(database, gateway, credentials(admin.email, NEW)).role == "finance"


def test_looking_changes_nothing_and_names_the_login(database, owner, gateway, customer):
    token = issue(database, owner, customer.account_id)

    for _ in range(10):
        with database.unit_of_work(gateway) as uow:
            shown = password_changes.look(uow, token)

    assert (shown.email, shown.username) == ("asa@shop.example", "solveig")
    assert reset(database, gateway, token).customer_id == customer.id


@pytest.mark.parametrize(
    ("password", "rules"),
    [("Short-1", {"length"}), ("my-asa@shop.example-1", {"login"}), ("Solveig-1234", {"login"})],
)
def test_a_refused_password_leaves_the_link_as_good_as_it_was(
    database, owner, gateway, customer, *, password, rules
):
    token = issue(database, owner, customer.account_id)

    with pytest.raises(PasswordNotAllowed) as refused:
        reset(database, gateway, token, password)

    assert set(refused.value.fields) == {f"password.{rule}" for rule in rules}
    assert account_now(database, owner, customer.account_id).epoch == 1
    assert reset(database, gateway, token).customer_id == customer.id


@pytest.mark.parametrize("purpose", ["verify", "invite"])
def test_a_link_for_something_else_sets_no_password(database, owner, gateway, customer, purpose):
    with pytest.raises(LinkNotValid):
        reset(database, gateway, issue(database, owner, customer.account_id, purpose))


def test_a_link_to_an_account_that_was_closed_opens_nothing(database, owner, gateway, customer):
    token = issue(database, owner, customer.account_id)
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).is_active = False

    with pytest.raises(LinkNotValid):
        reset(database, gateway, token)


def test_of_two_who_use_one_link_at_once_one_wins(database, owner, gateway, customer):
    token = issue(database, owner, customer.account_id)
    wanted = ("Nordan-vind-8", "Sunnan-vind-9")

    with ThreadPoolExecutor(2) as threads:
        tries = [threads.submit(reset, database, gateway, token, password) for password in wanted]
    failed = [one.exception() for one in tries]

    assert sorted(type(failure).__name__ for failure in failed) == ["LinkNotValid", "NoneType"]
    kept = account_now(database, owner, customer.account_id)
    won = wanted[failed.index(None)]
    assert is_right(kept.password_hash, won)
    assert kept.epoch == 2
    assert len(letters(database, owner)) == 1


def test_of_two_links_of_one_account_used_at_once_one_wins(database, owner, gateway, customer):
    tokens = [issue(database, owner, customer.account_id) for _ in range(2)]

    with ThreadPoolExecutor(2) as threads:
        tries = list(threads.map(partial(outcome, database, gateway), tokens))

    assert sorted(tries) == ["LinkNotValid", "ResetDone"]


def outcome(database, gateway, token):
    try:
        return type(reset(database, gateway, token)).__name__
    except LinkNotValid as failure:
        return type(failure).__name__


def test_who_is_signed_in_changes_his_password_and_goes_on(database, owner, gateway, customer):
    session = signed_in(account_now(database, owner, customer.account_id), customer)

    standing = change(database, session)

    assert (standing.epoch, standing.customer_id) == (2, customer.id)
    with database.unit_of_work(replace(session, epoch=standing.epoch)) as uow:
        confirm(uow)
    with pytest.raises(SessionEnded), database.unit_of_work(session) as uow:
        confirm(uow)
    assert signs_in(database, gateway, customer, NEW).epoch == 2
    assert told(database, owner) == [("owner", session.actor)]
    assert letters(database, owner) == [("asa@shop.example", "Your password has been changed")]


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_changed(database, owner, customer):
    session = signed_in(account_now(database, owner, customer.account_id), customer)

    with pytest.raises(WrongPassword) as refused:
        change(database, session, present="wrong", password="solveig")

    assert set(refused.value.fields) == {
        "present", "password.length", "password.classes", "password.login",
    }  # fmt: skip
    now = account_now(database, owner, customer.account_id)
    assert (now.epoch, now.failures) == (1, 1)
    assert is_right(now.password_hash, PASSWORD)


def test_ten_wrong_tries_lock_the_account_as_at_the_door(database, owner, customer):
    session = signed_in(account_now(database, owner, customer.account_id), customer)
    for _ in range(10):
        with pytest.raises(WrongPassword):
            change(database, session, present="wrong")

    with pytest.raises(AccountResting, match="ten minutes"):
        change(database, session)

    assert is_right(account_now(database, owner, customer.account_id).password_hash, PASSWORD)


def test_an_admin_on_a_visit_changes_nobodys_password(database, owner, customer):
    admin = signed_in(make_admin(database, owner))
    account = account_now(database, owner, customer.account_id)
    visit = replace(
        signed_in(account, customer), impersonator=admin.account_id, epoch=admin.epoch, visit_id=customer.id
    )

    with pytest.raises(Forbidden, match="in somebody else's place"):
        change(database, visit)

    assert is_right(account_now(database, owner, customer.account_id).password_hash, PASSWORD)


def test_a_session_that_has_ended_changes_nothing(database, owner, customer):
    ended = replace(signed_in(account_now(database, owner, customer.account_id), customer), epoch=0)

    with pytest.raises(SessionEnded):
        change(database, ended)


def test_a_key_has_no_password(database, owner):
    with pytest.raises(Unauthenticated):
        change(database, owner)


def test_a_network_that_cannot_write_mail_yet_changes_the_password_all_the_same(database, owner, register):
    customer = register("Åsa")
    session = signed_in(account_now(database, owner, customer.account_id), customer)

    assert change(database, session).epoch == 2
    assert letters(database, owner) == []
