"""API keys: no more than whoever made them may do now, and nothing at all once they are revoked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from time_machine import travel

from kernel.auth import Identity
from kernel.contracts.access import PERMISSIONS, ROLES, SITE_OWNER
from kernel.contracts.api_keys import ApiKeyMade, ApiKeyOrder, ApiKeyRow
from kernel.contracts.events import ApiKeyCreated, ApiKeyRevoked
from kernel.database import Database
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.ids import new_id
from kernel.visiting import NotOnAVisit
from services.customers.accounts import admins, api_keys
from services.customers.accounts.api_keys import KeyNotValid, ScopeTooHigh
from services.customers.accounts.confirmation import SessionEnded, confirm
from services.customers.models import Account, ApiKey, AuditLine
from services.customers.queries.api_keys import api_keys_list
from tests.customers.conftest import Register, make_admin, signed_in
from tests.customers.test_admins import at_once

VIEW, EDIT, SETTINGS = "customers.view", "customers.edit", "network.settings"


@pytest.fixture
def ada(database: Database, owner: Identity) -> Account:
    return make_admin(database, owner, "owner", "Ada")


def make(database: Database, by: Identity, *scopes: str, days: int | None = None) -> ApiKeyMade:
    with database.unit_of_work(by) as uow:
        return api_keys.make(uow, ApiKeyOrder(name="Shop", scopes=list(scopes), days=days))


def proven(database: Database, owner: Identity, made: ApiKeyMade) -> Identity:
    """Return the identity that the gateway gives whoever shows the key."""
    with database.unit_of_work(Identity.gateway(owner.network_id)) as uow:
        standing = api_keys.prove(uow, sha256(made.key.encode()).hexdigest())
    return Identity(
        owner.network_id, f"api-key:{made.id}", frozenset(standing.permissions), key_id=standing.key_id
    )


def revoke(database: Database, by: Identity, key_id: UUID) -> None:
    with database.unit_of_work(by) as uow:
        api_keys.revoke(uow, key_id)


def listed(database: Database, owner: Identity) -> list[ApiKeyRow]:
    with database.unit_of_work(owner) as uow:
        return api_keys_list(uow).items


def demote(database: Database, owner: Identity, account: Account, **changes: object) -> None:
    with database.unit_of_work(owner) as uow:
        for name, value in changes.items():
            setattr(uow.get(Account, account.id, lock=True), name, value)


def test_a_key_carries_its_scopes_and_only_its_hash_is_kept(database, owner, ada):
    made = make(database, signed_in(ada), VIEW, EDIT)

    assert proven(database, owner, made).permissions == {VIEW, EDIT}
    with database.unit_of_work(owner) as uow:
        kept = uow.session.scalars(select(ApiKey)).one()
        lines = [str((line.after, line.details)) for line in uow.session.scalars(select(AuditLine))]
    assert kept.key_hash == sha256(made.key.encode()).hexdigest()
    assert kept.account_id == ada.id
    assert not any(made.key in line or kept.key_hash in line for line in lines)


def test_making_and_revoking_are_told_and_written_down(database, owner, ada):
    with database.unit_of_work(signed_in(ada)) as uow:
        made = api_keys.make(uow, ApiKeyOrder(name=" Shop ", scopes=[VIEW]))
        assert uow.published == [ApiKeyCreated(key_id=made.id, name="Shop")]
    with database.unit_of_work(signed_in(ada)) as uow:
        api_keys.revoke(uow, made.id)
        assert uow.published == [ApiKeyRevoked(key_id=made.id, name="Shop")]

    with database.unit_of_work(owner) as uow:
        wanted = select(AuditLine.action).where(AuditLine.object_id == made.id).order_by(AuditLine.at)
        assert uow.session.scalars(wanted).all() == ["api key created", "api key revoked"]


@pytest.mark.parametrize("scopes", [["no.scope"], [VIEW, "no.scope"]])
def test_a_scope_that_is_none_is_refused(database, owner, ada, *, scopes: list[str]):
    with pytest.raises(Invalid, match=r"no scope no\.scope"):
        make(database, signed_in(ada), *scopes)
    assert listed(database, owner) == []


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_only_an_owner_makes_and_revokes_keys(database, owner, ada, *, role):
    made = make(database, signed_in(ada), VIEW)
    other = make_admin(database, owner, role, "Bo")

    with pytest.raises(Forbidden):
        make(database, signed_in(other), VIEW)
    with pytest.raises(Forbidden):
        revoke(database, signed_in(other), made.id)
    assert [row.state for row in listed(database, owner)] == ["active"]


@pytest.mark.parametrize("scope", sorted(PERMISSIONS - {VIEW, SETTINGS}))
def test_nobody_gives_a_scope_he_does_not_hold(database, owner, ada, *, scope: str):
    key = proven(database, owner, make(database, signed_in(ada), VIEW, SETTINGS))

    with pytest.raises(ScopeTooHigh, match=scope.replace(".", r"\.")):
        make(database, key, VIEW, scope)
    assert len(listed(database, owner)) == 1


def test_a_revoked_key_opens_nothing_at_once(database, owner, ada):
    made = make(database, signed_in(ada), VIEW)
    remembered = proven(database, owner, made)

    revoke(database, signed_in(ada), made.id)

    with pytest.raises(KeyNotValid):
        proven(database, owner, made)
    with pytest.raises(SessionEnded), database.unit_of_work(remembered) as uow:
        confirm(uow)


def test_revoking_twice_is_once(database, owner, ada):
    made = make(database, signed_in(ada), VIEW)
    revoke(database, signed_in(ada), made.id)

    with database.unit_of_work(signed_in(ada)) as uow:
        api_keys.revoke(uow, made.id)
        assert uow.published == []


def test_a_key_ends_on_its_day(database, owner, ada):
    made = make(database, signed_in(ada), VIEW, days=30)
    remembered = proven(database, owner, made)

    with travel(datetime.now(UTC) + timedelta(days=30, seconds=5), tick=False):
        with pytest.raises(KeyNotValid):
            proven(database, owner, made)
        with pytest.raises(SessionEnded), database.unit_of_work(remembered) as uow:
            confirm(uow)
        assert [row.state for row in listed(database, owner)] == ["expired"]


@pytest.mark.parametrize(
    ("changes", "left", "state"),
    [
        ({"role": "support"}, {VIEW, EDIT}, "active"),
        ({"role": "auditor"}, {VIEW}, "active"),
        ({"role": None}, set(), "asleep"),
        ({"is_active": False}, set(), "asleep"),
    ],
)
def test_a_key_does_no_more_than_its_maker_may_now(database, owner, ada, *, changes, left, state):
    made = make(database, signed_in(ada), VIEW, EDIT, "billing.refund")
    remembered = proven(database, owner, made)

    demote(database, owner, ada, **changes)

    with pytest.raises(SessionEnded), database.unit_of_work(remembered) as uow:
        confirm(uow)
    row = listed(database, owner)[0]
    assert (set(row.reaches), row.state, len(row.scopes)) == (left, state, 3)
    if left:
        assert proven(database, owner, made).permissions == left
    else:
        with pytest.raises(KeyNotValid):
            proven(database, owner, made)


def test_a_key_wakes_with_its_maker(database, owner, ada):
    made = make(database, signed_in(ada), VIEW, EDIT)
    demote(database, owner, ada, is_active=False)
    demote(database, owner, ada, is_active=True)

    assert proven(database, owner, made).permissions == {VIEW, EDIT}


def test_the_operators_key_answers_for_nobody(database, owner):
    with database.unit_of_work(owner) as uow:
        key = api_keys.create_api_key(uow, name="Operator", scopes=["all"])

    row = listed(database, owner)[0]
    assert (row.created_by, set(row.reaches)) == ("", set(PERMISSIONS))
    assert proven(database, owner, ApiKeyMade(id=row.id, key=key, expires_at=None)).permissions == PERMISSIONS


def test_a_key_made_with_a_key_answers_for_the_same_admin_and_ends_no_later(database, owner, ada):
    parent = make(database, signed_in(ada), VIEW, SETTINGS, days=30)

    child = make(database, proven(database, owner, parent), VIEW)

    rows = {row.id: row for row in listed(database, owner)}
    assert child.expires_at == parent.expires_at
    assert (rows[child.id].created_by, rows[child.id].made_with) == ("Ada", "Shop")


def test_revoking_a_key_revokes_all_that_was_made_with_it(database, owner, ada):
    parent = make(database, signed_in(ada), VIEW, SETTINGS)
    child = make(database, proven(database, owner, parent), VIEW, SETTINGS)
    grandchild = make(database, proven(database, owner, child), VIEW)
    other = make(database, signed_in(ada), VIEW)

    revoke(database, signed_in(ada), parent.id)

    states = {row.id: row.state for row in listed(database, owner)}
    assert [states[made.id] for made in (parent, child, grandchild, other)] == ["revoked"] * 3 + ["active"]


def test_no_key_is_made_with_one_that_is_revoked_meanwhile(database, owner, ada):
    parent = make(database, signed_in(ada), VIEW, SETTINGS)
    key = proven(database, owner, parent)
    made: list[ApiKeyMade] = []

    at_once(
        lambda: made.append(make(database, key, VIEW)), lambda: revoke(database, signed_in(ada), parent.id)
    )

    states = {row.id: row.state for row in listed(database, owner)}
    assert set(states.values()) == {"revoked"}
    assert len(states) == 1 + len(made)


def test_no_key_is_made_by_who_was_signed_out_everywhere_meanwhile(database, owner, ada):
    with database.unit_of_work(signed_in(ada)) as uow:
        confirm(uow)
        with database.unit_of_work(owner) as other:
            admins.end_sessions(other, ada.id)

        with pytest.raises(SessionEnded):
            api_keys.make(uow, ApiKeyOrder(name="Shop", scopes=[VIEW], days=None))

    assert listed(database, owner) == []


def test_a_key_changes_no_standing_of_the_admin_it_answers_for(database, owner, ada):
    make_admin(database, owner, "owner", "Bo")
    key = proven(database, owner, make(database, signed_in(ada), *PERMISSIONS))

    with pytest.raises(admins.NotOnOneself), database.unit_of_work(key) as uow:
        admins.change_role(uow, ada.id, "administrator")


def test_a_key_goes_with_the_account_it_answers_for(database, owner, ada):
    made = make(database, signed_in(ada), VIEW)

    with database.unit_of_work(owner) as uow:
        uow.session.execute(delete(Account).where(Account.id == ada.id))

    with pytest.raises(KeyNotValid):
        proven(database, owner, made)


def test_when_it_was_used_last_is_noted_once_a_minute(database, owner, ada):
    made, begun = make(database, signed_in(ada), VIEW), datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    noted = []
    for seconds in (0, 30, 90):
        with travel(begun + timedelta(seconds=seconds), tick=False):
            proven(database, owner, made)
        noted.append(listed(database, owner)[0].last_used_at)

    assert noted == [begun, begun, begun + timedelta(seconds=90)]


def test_good_keys_are_listed_first_and_none_of_another_network(database, owner, ada):
    gone = make(database, signed_in(ada), VIEW)
    revoke(database, signed_in(ada), gone.id)
    good = make(database, signed_in(ada), VIEW)
    foreign = replace(owner, network_id=new_id())
    make(database, foreign, VIEW)

    assert [row.id for row in listed(database, owner)] == [good.id, gone.id]
    with pytest.raises(NotFound, match="no such API key"):
        revoke(database, foreign, good.id)


def test_nothing_of_it_is_done_during_a_visit(database, owner, ada, register: Register):
    visited, made = register("Åsa"), make(database, signed_in(ada), VIEW)
    visit = Identity(
        owner.network_id, f"account:{visited.account_id}", SITE_OWNER | ROLES["owner"],
        account_id=visited.account_id, customer_id=visited.id, impersonator=ada.id, epoch=ada.epoch,
    )  # fmt: skip

    with pytest.raises(NotOnAVisit):
        make(database, visit, VIEW)
    with pytest.raises(NotOnAVisit):
        revoke(database, visit, made.id)
