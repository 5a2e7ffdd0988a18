"""Links that come by mail: single use, for one address, for a while; nothing but their hash is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from time_machine import travel

from kernel import clock
from kernel.auth import Identity
from kernel.database import Database
from services.customers.accounts import one_time_tokens
from services.customers.accounts.one_time_tokens import LIFETIMES, LinkNotValid
from services.customers.models import Account, Customer, OneTimeToken
from tests.customers.conftest import Register


@pytest.fixture
def customer(register: Register) -> Customer:
    return register("Åsa", "Berg")


def issue(database: Database, owner: Identity, customer: Customer, purpose: str = "verify") -> str:
    with database.unit_of_work(owner) as uow:
        return one_time_tokens.issue(uow, customer.account_id, purpose)


def consume(database: Database, owner: Identity, token: str, purpose: str = "verify") -> Account:
    with database.unit_of_work(owner) as uow:
        return one_time_tokens.consume(uow, token, purpose)


def test_a_token_is_good_for_its_account_once(database, owner, customer):
    token = issue(database, owner, customer)

    assert consume(database, owner, token).id == customer.account_id
    with pytest.raises(LinkNotValid):
        consume(database, owner, token)


def test_looking_at_a_token_does_not_use_it_up(database, owner, customer):
    token = issue(database, owner, customer)

    for _ in range(10):
        with database.unit_of_work(owner) as uow:
            assert one_time_tokens.find(uow, token, "verify").id == customer.account_id

    assert consume(database, owner, token).id == customer.account_id


def test_using_one_voids_the_others_of_its_purpose_alone(database, owner, customer):
    first, second = issue(database, owner, customer), issue(database, owner, customer)
    reset = issue(database, owner, customer, "reset")

    consume(database, owner, second)

    with pytest.raises(LinkNotValid):
        consume(database, owner, first)
    assert consume(database, owner, reset, "reset").id == customer.account_id


def test_a_token_of_another_purpose_is_refused(database, owner, customer):
    token = issue(database, owner, customer, "verify")

    with pytest.raises(LinkNotValid):
        consume(database, owner, token, "reset")


def test_a_token_is_void_once_the_address_has_changed(database, owner, customer):
    token = issue(database, owner, customer)
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).email_key = "new@shop.example"

    with pytest.raises(LinkNotValid), database.unit_of_work(owner) as uow:
        one_time_tokens.find(uow, token, "verify")
    with pytest.raises(LinkNotValid):
        consume(database, owner, token)


@pytest.mark.parametrize("purpose", ["verify", "reset", "invite"])
def test_a_token_is_good_to_its_last_second(database, owner, customer, purpose):
    token, begun = issue(database, owner, customer, purpose), clock.now()

    with travel(begun + LIFETIMES[purpose] + timedelta(seconds=5), tick=False), pytest.raises(LinkNotValid):
        consume(database, owner, token, purpose)
    with travel(begun + LIFETIMES[purpose] - timedelta(seconds=5), tick=False):
        assert consume(database, owner, token, purpose).id == customer.account_id


def test_another_network_cannot_use_it(database, owner, customer):
    token = issue(database, owner, customer)
    stranger = Identity(customer.id, "command", owner.permissions)

    with pytest.raises(LinkNotValid):
        consume(database, stranger, token)


def test_the_token_itself_is_nowhere_in_the_table(database, owner, customer):
    token = issue(database, owner, customer)

    with database.unit_of_work(owner) as uow:
        row = uow.session.scalars(select(OneTimeToken)).one()

    assert token not in str(vars(row))
    assert row.token_hash == one_time_tokens.hash_of(token)
