"""What one admin may do to another: every role against every role, and never without a last owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import get_args
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.access import ROLES, SITE_OWNER, Role
from kernel.contracts.events import AdminChanged, AdminSessionsEnded
from kernel.database import Database, UnitOfWork
from kernel.errors import Forbidden, NotFound, Unauthenticated
from kernel.ids import new_id
from kernel.visiting import NotOnAVisit
from services.customers.accounts import admins
from services.customers.accounts.admins import LastOwner, NotOnOneself, TooHigh
from services.customers.models import Account, AuditLine, Customer
from services.customers.queries.admins import admins_list
from tests.customers.conftest import Register, make_admin, signed_in

Change = Callable[[UnitOfWork, UUID], None]

ROLE_CHANGES: dict[str, Change] = {
    f"make {role}": lambda uow, who, role=role: admins.change_role(uow, who, role) for role in get_args(Role)
}
CHANGES: dict[str, Change] = ROLE_CHANGES | {
    "deactivate": admins.deactivate,
    "reactivate": admins.reactivate,
    "remove": admins.remove,
    "end sessions": admins.end_sessions,
}


def state(account: Account) -> tuple[str | None, bool, int]:
    return account.role, account.is_active, account.epoch


def now(database: Database, owner: Identity, account: Account) -> Account:
    with database.unit_of_work(owner) as uow:
        return uow.get(Account, account.id)


def audit_lines(database: Database, owner: Identity, account_id: UUID) -> list[AuditLine]:
    with database.unit_of_work(owner) as uow:
        wanted = (
            select(AuditLine).where(AuditLine.object_id == account_id).order_by(AuditLine.at, AuditLine.id)
        )
        return list(uow.session.scalars(wanted))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("target", ROLES)
@pytest.mark.parametrize("actor", ROLES)
def test_only_an_owner_changes_an_admin(database, owner, actor: Role, target: Role, change: str):
    acting, changed = make_admin(database, owner, actor, "Ann"), make_admin(database, owner, target, "Bo")
    before = state(changed)

    def carry_out() -> None:
        with database.unit_of_work(signed_in(acting)) as uow:
            CHANGES[change](uow, changed.id)

    if actor == "owner":
        carry_out()
        assert (state(now(database, owner, changed)) == before) == (
            change in {"reactivate", f"make {target}"}
        )
    else:
        with pytest.raises(Forbidden, match=r"takes the permission network\.settings"):
            carry_out()
        assert state(now(database, owner, changed)) == before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("target", ROLES)
def test_a_key_reaches_no_further_than_its_scopes(database, owner, target: Role, change: str):
    """An integration that holds what an auditor may, and the settings, changes auditors alone."""
    make_admin(database, owner, "owner", "Ann")
    changed = make_admin(database, owner, target, "Bo")
    before = state(changed)
    key = Identity(owner.network_id, "command", ROLES["auditor"] | {"network.settings"})
    given = change.removeprefix("make ") if change in ROLE_CHANGES else "auditor"

    def carry_out() -> None:
        with database.unit_of_work(key) as uow:
            CHANGES[change](uow, changed.id)

    if target == given == "auditor":
        carry_out()
    else:
        with pytest.raises(TooHigh):
            carry_out()
        assert state(now(database, owner, changed)) == before


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "end sessions"])
def test_nobody_changes_his_own_standing(database, owner, change: str):
    make_admin(database, owner, "owner", "Bo")
    oneself = make_admin(database, owner, "owner", "Ann")

    with pytest.raises(NotOnOneself), database.unit_of_work(signed_in(oneself)) as uow:
        CHANGES[change](uow, oneself.id)

    assert state(now(database, owner, oneself)) == ("owner", True, 1)
    assert audit_lines(database, owner, oneself.id)[1:] == []


def test_one_may_sign_oneself_out_everywhere(database, owner):
    oneself = make_admin(database, owner, "owner")

    with database.unit_of_work(signed_in(oneself)) as uow:
        admins.end_sessions(uow, oneself.id)
        assert uow.published == [AdminSessionsEnded(account_id=oneself.id)]

    assert now(database, owner, oneself).epoch == 2


@pytest.mark.parametrize("change", ["make administrator", "make auditor", "deactivate", "remove"])
def test_the_last_active_owner_stays(database, owner, change: str):
    last = make_admin(database, owner, "owner", "Ann")
    resting = make_admin(database, owner, "owner", "Bo")
    with database.unit_of_work(owner) as uow:
        admins.deactivate(uow, resting.id)

    with pytest.raises(LastOwner), database.unit_of_work(owner) as uow:
        CHANGES[change](uow, last.id)

    assert state(now(database, owner, last)) == ("owner", True, 1)


def test_an_owner_who_is_deactivated_already_can_be_removed(database, owner):
    make_admin(database, owner, "owner", "Ann")
    resting = make_admin(database, owner, "owner", "Bo")
    with database.unit_of_work(owner) as uow:
        admins.deactivate(uow, resting.id)

    with database.unit_of_work(owner) as uow:
        admins.remove(uow, resting.id)

    assert now(database, owner, resting).role is None


def at_once(*works: Callable[[], None]) -> list[Exception | None]:
    """Run each in a thread of its own, begun together; return what each raised."""
    ready = Barrier(len(works))

    def run(work: Callable[[], None]) -> Exception | None:
        ready.wait()
        try:
            work()
        except (Forbidden, LastOwner, Unauthenticated) as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


@pytest.mark.parametrize("change", ["make auditor", "deactivate", "remove"])
@pytest.mark.parametrize("bystanders", [0, 1])
def test_of_two_owners_who_demote_each_other_one_is_refused(database, owner, change: str, bystanders: int):
    ann, bo = make_admin(database, owner, "owner", "Ann"), make_admin(database, owner, "owner", "Bo")
    for number in range(bystanders):
        make_admin(database, owner, "owner", f"C{number}")

    def demote(actor: Account, target: Account) -> None:
        with database.unit_of_work(signed_in(actor)) as uow:
            CHANGES[change](uow, target.id)

    refused = at_once(lambda: demote(ann, bo), lambda: demote(bo, ann))

    assert [one is None for one in refused].count(True) == 1
    left = [account for account in (ann, bo) if now(database, owner, account).epoch == 1]
    assert len(left) == 1
    assert state(now(database, owner, left[0])) == ("owner", True, 1)


def test_a_change_is_written_down_with_before_and_after_and_told(database, owner):
    ann, bo = make_admin(database, owner, "owner", "Ann"), make_admin(database, owner, "support", "Bo")

    with database.unit_of_work(signed_in(ann)) as uow:
        admins.change_role(uow, bo.id, "finance")
        told = uow.published

    line = audit_lines(database, owner, bo.id)[-1]
    assert told == [AdminChanged(account_id=bo.id, role="finance", is_active=True)]
    assert (line.action, line.actor) == ("admin role changed", f"account:{ann.id}")
    assert (line.before, line.after) == ({"role": "support"}, {"role": "finance"})


@pytest.mark.parametrize("again", ["deactivate", "make support"])
def test_the_same_change_twice_is_one(database, owner, again: str):
    bo = make_admin(database, owner, "finance", "Bo")

    for _ in range(2):
        with database.unit_of_work(owner) as uow:
            CHANGES[again](uow, bo.id)

    assert now(database, owner, bo).epoch == 2
    assert len(audit_lines(database, owner, bo.id)) == 2


@pytest.mark.parametrize("change", CHANGES)
def test_a_customer_is_no_admin_to_be_changed(database, owner, register: Register, change: str):
    customer: Customer = register("Åsa", "Berg")

    with pytest.raises(NotFound, match="no such administrator"), database.unit_of_work(owner) as uow:
        CHANGES[change](uow, customer.account_id)


@pytest.mark.parametrize("change", CHANGES)
def test_another_networks_admin_looks_like_nobody(database, owner, change: str):
    foreign = make_admin(database, replace(owner, network_id=new_id()), "support")

    with pytest.raises(NotFound, match="no such administrator"), database.unit_of_work(owner) as uow:
        CHANGES[change](uow, foreign.id)


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_of_it_is_done_during_a_visit(database, owner, register: Register, change: str):
    """Even if a token held the permission, which no visit's does."""
    ann, bo = make_admin(database, owner, "owner", "Ann"), make_admin(database, owner, "support", "Bo")
    visited = register("Åsa")
    visit = Identity(
        owner.network_id, f"account:{visited.account_id}", SITE_OWNER | ROLES["owner"],
        account_id=visited.account_id, customer_id=visited.id, impersonator=ann.id, epoch=ann.epoch,
    )  # fmt: skip

    with pytest.raises(NotOnAVisit), database.unit_of_work(visit) as uow:
        CHANGES[change](uow, bo.id)


def test_the_list_shows_everybody_with_a_role_and_who_may_be_changed(database, owner, register: Register):
    register("Åsa")
    make_admin(database, owner, "auditor", "Cilla")
    ann = make_admin(database, owner, "owner", "Ann")
    make_admin(database, owner, "owner", "Bo")

    with database.unit_of_work(signed_in(ann)) as uow:
        found = admins_list(uow)

    shown = [(admin.name, admin.role, admin.may_be_changed) for admin in found.admins]
    assert shown == [("Ann", "owner", False), ("Bo", "owner", True), ("Cilla", "auditor", True)]
    assert found.roles == list(ROLES)
    assert found.invitations == []
