"""Signing in: one answer for every way it can fail, and a trace of every attempt."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from sqlalchemy import event, select, update

from kernel.auth import Identity
from kernel.contracts.events import AccountLocked, SignedIn
from kernel.database import Database
from kernel.log import EventRow
from services.customers.accounts.passwords import HASHER
from services.customers.models import Account, Customer, SignInAttempt
from services.customers.sign_ins.first_step import REFUSAL, WrongCredentials, authenticate
from tests.customers.conftest import PASSWORD, Register, credentials, make_admin

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0"


@pytest.fixture
def gateway(owner: Identity) -> Identity:
    return Identity.gateway(owner.network_id)


def attempts(database: Database, owner: Identity) -> list[SignInAttempt]:
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(SignInAttempt).order_by(SignInAttempt.id)))


def published(database: Database, owner: Identity, kind: str) -> list[EventRow]:
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(EventRow).where(EventRow.type == kind)))


@pytest.mark.parametrize("login", ["administrator.ada@office.example", " Administrator.Ada@OFFICE.example "])
def test_an_admin_signs_in_however_the_address_is_typed(
    database: Database, owner: Identity, gateway: Identity, login: str
) -> None:
    account = make_admin(database, owner)

    standing = authenticate(database, gateway, credentials(login))

    assert (standing.account_id, standing.role, standing.epoch) == (account.id, "administrator", 1)
    assert "customers.switch" in standing.permissions


def test_a_customer_signs_in_by_username_on_his_own_site(
    database: Database, gateway: Identity, register: Register
) -> None:
    customer = register("Åsa", username="Åsa-B")

    standing = authenticate(
        database, gateway, credentials("åsa-b", door="site", customer_id=str(customer.id))
    )

    assert (standing.customer_id, standing.permissions) == (customer.id, ["own.edit", "own.view"])


def test_an_attempt_is_recorded_with_time_address_country_and_device(
    database: Database, owner: Identity, gateway: Identity
) -> None:
    make_admin(database, owner)

    authenticate(database, gateway, credentials("administrator.ada@office.example", user_agent=FIREFOX))

    (attempt,) = attempts(database, owner)
    assert (attempt.ip, attempt.country, attempt.device, attempt.succeeded) == (
        "130.242.1.1", "SE", "Firefox 139, Linux", True,
    )  # fmt: skip
    assert datetime.now(UTC) - attempt.at < timedelta(minutes=1)


def test_signing_in_is_published_and_makes_a_customer_online_without_changing_him(
    database: Database, owner: Identity, gateway: Identity, register: Register
) -> None:
    customer = register("Åsa", email="asa@shop.example")

    authenticate(
        database, gateway, credentials("asa@shop.example", door="site", customer_id=str(customer.id))
    )

    with database.unit_of_work(owner) as uow:
        now = uow.get(Customer, customer.id)
    assert now.last_sign_in_at == now.last_seen_at is not None
    assert (now.modified_at, now.version) == (customer.modified_at, customer.version)
    (event,) = published(database, owner, "account.signed_in")
    assert SignedIn.model_validate(event.payload).customer_id == customer.id


def test_every_failure_has_the_same_answer(
    database: Database, owner: Identity, gateway: Identity, register: Register
) -> None:
    other = register("Bo")
    customer = register("Åsa", email="asa@shop.example")
    make_admin(database, owner)
    closed = make_admin(database, owner, name="closed")
    locked = make_admin(database, owner, name="locked")
    change(database, owner, closed, is_active=False)
    change(database, owner, locked, locked_until=datetime.now(UTC) + timedelta(minutes=5))
    tries = [
        credentials("nobody@office.example"),
        credentials("administrator.ada@office.example", "wrong"),
        credentials("administrator.closed@office.example"),
        credentials("administrator.locked@office.example"),
        credentials("asa@shop.example"),
        credentials("asa@shop.example", door="site", customer_id=str(other.id)),
        credentials("asa@shop.example", "wrong", door="site", customer_id=str(customer.id)),
        credentials("\x00"),
    ]

    answers = set()
    for given in tries:
        with pytest.raises(WrongCredentials) as refused:
            authenticate(database, gateway, given)
        answers.add((refused.value.status, refused.value.code, str(refused.value)))

    assert answers == {(401, "WrongCredentials", REFUSAL)}


def test_every_failure_takes_one_password_hash(
    database: Database, owner: Identity, gateway: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_admin(database, owner)
    closed = make_admin(database, owner, name="closed")
    locked = make_admin(database, owner, name="locked")
    change(database, owner, closed, is_active=False)
    change(database, owner, locked, locked_until=datetime.now(UTC) + timedelta(minutes=5))
    with pytest.raises(WrongCredentials):
        authenticate(database, gateway, credentials("warm@office.example"))
    verified: list[str] = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher,
        "verify",
        lambda self, kept, given: verified.append(given) or verify(self, kept, given),
    )

    for name in ("nobody", "administrator.ada", "administrator.closed", "administrator.locked"):
        with pytest.raises(WrongCredentials):
            authenticate(database, gateway, credentials(f"{name}@office.example", f"wrong {name}"))

    assert len(verified) == 4


def test_an_unknown_login_asks_the_database_what_a_known_one_does_and_leaves_nothing(
    database: Database, owner: Identity, gateway: Identity
) -> None:
    account = make_admin(database, owner)
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        with pytest.raises(WrongCredentials):
            authenticate(database, gateway, credentials("nobody@office.example"))
        unknown, asked[:] = list(asked), []
        recorded = attempts(database, owner)
        asked.clear()
        fail(database, gateway, account)
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)

    assert unknown == asked
    assert recorded == []
    with database.unit_of_work(owner) as uow:
        assert uow.get(Account, account.id).failures == 1


def test_the_tenth_failure_locks_the_account_for_ten_minutes(
    database: Database, owner: Identity, gateway: Identity
) -> None:
    account = make_admin(database, owner)
    for _ in range(9):
        fail(database, gateway, account)
    assert published(database, owner, "account.locked") == []

    fail(database, gateway, account)

    with pytest.raises(WrongCredentials):
        authenticate(database, gateway, credentials(account.email))
    (event,) = published(database, owner, "account.locked")
    until = AccountLocked.model_validate(event.payload).until
    assert timedelta(minutes=9) < until - datetime.now(UTC) <= timedelta(minutes=10)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        assert authenticate(database, gateway, credentials(account.email)).account_id == account.id


def test_a_success_forgives_the_failures_before_it(
    database: Database, owner: Identity, gateway: Identity
) -> None:
    account = make_admin(database, owner)
    for _ in range(2):
        for _ in range(9):
            fail(database, gateway, account)
        authenticate(database, gateway, credentials(account.email))

    assert published(database, owner, "account.locked") == []


def test_an_old_hash_is_renewed_when_its_owner_signs_in(
    database: Database, owner: Identity, gateway: Identity
) -> None:
    account = make_admin(database, owner)
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    change(database, owner, account, password_hash=old)

    authenticate(database, gateway, credentials(account.email))

    with database.unit_of_work(owner) as uow:
        renewed = uow.get(Account, account.id).password_hash
    assert renewed is not None
    assert not HASHER.check_needs_rehash(renewed)
    assert authenticate(database, gateway, credentials(account.email)).account_id == account.id


def test_the_same_address_in_another_network_is_another_account(
    database: Database, owner: Identity, register: Register
) -> None:
    register("Åsa", email="asa@shop.example")

    with pytest.raises(WrongCredentials):
        authenticate(database, Identity.gateway(owner.account_id), credentials("asa@shop.example"))


def fail(database: Database, gateway: Identity, account: Account) -> None:
    with pytest.raises(WrongCredentials):
        authenticate(database, gateway, credentials(account.email, "wrong"))


def change(database: Database, owner: Identity, account: Account, **values: object) -> None:
    with database.unit_of_work(owner) as uow:
        uow.session.execute(update(Account).where(Account.id == account.id).values(**values))
