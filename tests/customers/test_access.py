"""Locks that are taken off, and a force sign-in: all that lets somebody in ends, counted, within one call."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.access import ROLES
from kernel.contracts.events import AccountUnlocked, SignInForced
from kernel.log import EventRow
from services.customers.accounts import access, api_keys, one_time_tokens
from services.customers.accounts.confirmation import SessionEnded, confirm
from services.customers.models import Account, ApiKey, AuditLine, Customer
from services.customers.profiles.logins import LoginNotYours
from services.customers.sign_ins.first_step import authenticate
from tests.calling import Call
from tests.customers.conftest import PASSWORD, Register, credentials, make_admin, signed_in

SOON = timedelta(minutes=5)


@pytest.fixture
def customer(register: Register) -> Customer:
    return register("Åsa", "Berg", email="asa@shop.example")


def edit(database, owner, customer, **values):
    with database.unit_of_work(owner) as uow:
        account = uow.get(Account, customer.account_id)
        for name, value in values.items():
            setattr(account, name, value)
    return account


def force(database, admin, customer):
    with database.unit_of_work(admin) as uow:
        ended = access.end_access(uow, customer.id)
    return ended.model_dump(exclude={"account_id", "epoch"})


def unlock(database, admin, customer):
    with database.unit_of_work(admin) as uow:
        access.unlock(uow, customer.id)


def said(database, owner, kind):
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(EventRow.payload).where(EventRow.type == kind)))


def lines(database, owner, customer):
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(AuditLine).where(AuditLine.object_id == customer.id)))


def test_an_unlocked_customer_signs_in_at_once(database, owner, customer):
    until = datetime.now(UTC) + SOON
    edit(database, owner, customer, locked_until=until, failures=3)
    admin = signed_in(make_admin(database, owner, "support"))

    unlock(database, admin, customer)

    given = credentials("asa@shop.example", PASSWORD, door="site", customer_id=str(customer.id))
    gateway = Identity.gateway(owner.network_id)
    assert authenticate(database, gateway, given).customer_id == customer.id
    (line,) = lines(database, owner, customer)
    assert (line.action, line.before) == ("account unlocked", {"locked_until": until.isoformat()})
    (event,) = said(database, owner, "account.unlocked")
    assert AccountUnlocked.model_validate(event).customer_id == customer.id


@pytest.mark.parametrize("until", [None, datetime.now(UTC) - SOON])
def test_unlocking_who_is_not_locked_says_nothing(database, owner, customer, until):
    edit(database, owner, customer, locked_until=until)

    unlock(database, owner, customer)

    assert said(database, owner, "account.unlocked") == []
    assert lines(database, owner, customer) == []


@pytest.mark.parametrize(("minutes", "is_shown"), [(5, True), (-5, False)])
def test_the_page_shows_a_lock_while_it_lasts(database, owner, customer, call: Call, *, minutes, is_shown):
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    edit(database, owner, customer, locked_until=until)
    admin = signed_in(make_admin(database, owner))

    told = call(admin, "GET", f"/v1/customers/{customer.id}").json

    assert (told["locked_until"] is not None) is is_shown


def make_everything(database, owner, customer):
    """Give a customer two links of each kind, two keys that work, and two that no longer do."""
    now = datetime.now(UTC)
    with database.unit_of_work(owner) as uow:
        for purpose in ("verify", "reset", "invite"):
            for _ in range(2):
                one_time_tokens.issue(uow, customer.account_id, purpose)
        for expires_at in (None, now + SOON, now - SOON):
            api_keys.create_api_key(uow, name="his", scopes=["customers.view"], expires_at=expires_at)
        api_keys.create_api_key(uow, name="revoked", scopes=["customers.view"])
        api_keys.create_api_key(uow, name="another's", scopes=["customers.view"])
    with database.unit_of_work(owner) as uow:
        for key in uow.session.scalars(select(ApiKey).where(ApiKey.name != "another's")):
            key.created_by = f"account:{customer.account_id}"
            key.revoked_at = now if key.name == "revoked" else None


def test_all_that_lets_somebody_in_is_ended_and_counted(database, owner, customer):
    make_everything(database, owner, customer)
    session = signed_in(edit(database, owner, customer), customer)
    admin = signed_in(make_admin(database, owner, "support"))

    ended = force(database, admin, customer)

    assert ended == {"api_keys": 2, "reset_links": 2, "verify_links": 2, "invitations": 2}
    with pytest.raises(SessionEnded), database.unit_of_work(session) as uow:
        confirm(uow)
    with database.unit_of_work(owner) as uow:
        open_keys = uow.session.scalars(select(ApiKey.name).where(ApiKey.revoked_at.is_(None)))
        assert sorted(open_keys) == ["another's", "his"]  # his own that is left ran out before
    (line,) = lines(database, owner, customer)
    assert (line.action, line.actor, line.details) == ("sign-in forced", admin.actor, ended)
    (event,) = said(database, owner, "account.sign_in_forced")
    assert SignInForced.model_validate(event).customer_id == customer.id


def test_it_succeeds_at_zero_and_again(database, owner, customer):
    nothing = {"api_keys": 0, "reset_links": 0, "verify_links": 0, "invitations": 0}

    assert [force(database, owner, customer) for _ in range(2)] == [nothing, nothing]
    assert edit(database, owner, customer).epoch == 3


def test_who_is_forced_is_offline_at_once_and_signs_in_again(database, owner, customer, listing):
    gateway = Identity.gateway(owner.network_id)
    given = credentials("asa@shop.example", PASSWORD, door="site", customer_id=str(customer.id))
    authenticate(database, gateway, given)
    assert listing().counts.online == 1

    force(database, owner, customer)

    assert listing().counts.online == 0
    assert authenticate(database, gateway, given).epoch == 2


@pytest.mark.parametrize("what", [force, unlock])
@pytest.mark.parametrize("target", [None, *ROLES])
@pytest.mark.parametrize("asking", [role for role in ROLES if "customers.credentials" in ROLES[role]])
def test_only_who_has_more_rights_may(database, owner, customer, *, what, asking, target):
    edit(database, owner, customer, role=target, locked_until=datetime.now(UTC) + SOON)
    admin = signed_in(make_admin(database, owner, asking))
    may = target is None or ROLES[target] < ROLES[asking]

    if may:
        what(database, admin, customer)
    else:
        with pytest.raises(LoginNotYours):
            what(database, admin, customer)

    assert bool(lines(database, owner, customer)) is may
    assert edit(database, owner, customer).epoch == (2 if may and what is force else 1)


def test_an_admin_who_is_a_customer_too_may_force_himself(database, owner, customer):
    himself = signed_in(edit(database, owner, customer, role="support"), customer)

    force(database, himself, customer)

    assert edit(database, owner, customer).epoch == 2


@pytest.mark.parametrize("rest", ["unlock", "access/end", "password-links"])
def test_the_routes_are_closed_to_who_may_only_look(database, owner, customer, call: Call, rest):
    looking = signed_in(make_admin(database, owner, "auditor"))

    answer = call(looking, "POST", f"/v1/customers/{customer.id}/{rest}")

    assert answer.status_code == 403


@pytest.mark.parametrize("rest", ["unlock", "access/end", "password-links"])
def test_another_networks_customer_is_absent(database, customer, call: Call, rest):
    elsewhere = Identity(customer.id, "command", ROLES["owner"])
    stranger = signed_in(make_admin(database, elsewhere, "owner"))

    answer = call(stranger, "POST", f"/v1/customers/{customer.id}/{rest}")

    assert (answer.status_code, answer.json["detail"]) == (404, "There is no such customer.")
