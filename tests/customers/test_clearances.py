"""May this admin act as that customer? And who writes it down."""

import pytest
from sqlalchemy import select, update

from kernel.auth import Identity
from kernel.contracts.customers import Clearance
from kernel.contracts.events import SwitchCleared
from kernel.database import Database
from kernel.errors import Failure, Forbidden
from kernel.ids import new_id
from services.customers.accounts.clearances import SwitchNotAllowed, TargetNotActive, clear_switch
from services.customers.models import Account, AuditLine, Customer
from tests.customers.conftest import Register, make_admin, signed_in

ASKED = Clearance(reason="They asked for help with the front page", site_id=new_id(), mode="act")


def lines(database: Database, owner: Identity, customer: Customer) -> list[AuditLine]:
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(AuditLine).where(AuditLine.object_id == customer.id)))


def change(database: Database, owner: Identity, customer: Customer, **values: object) -> None:
    with database.unit_of_work(owner) as uow:
        uow.session.execute(update(Account).where(Account.id == customer.account_id).values(**values))


def test_a_clearance_is_in_the_audit_log_with_its_reason(
    database: Database, owner: Identity, register: Register
) -> None:
    admin, customer = signed_in(make_admin(database, owner)), register("Åsa", "Berg")

    with database.unit_of_work(admin) as uow:
        cleared = clear_switch(uow, customer.id, ASKED)
        published = uow.published

    (line,) = lines(database, owner, customer)
    assert (line.actor, line.details["reason"]) == (admin.actor, ASKED.reason)
    assert (cleared.account_id, cleared.name) == (customer.account_id, "Åsa Berg")
    assert published == [SwitchCleared(customer_id=customer.id, site_id=ASKED.site_id, reason=ASKED.reason)]


def test_the_audit_line_cannot_be_changed_or_taken_away(
    database: Database, owner: Identity, register: Register
) -> None:
    admin, customer = signed_in(make_admin(database, owner)), register("Åsa")
    with database.unit_of_work(admin) as uow:
        clear_switch(uow, customer.id, ASKED)

    with pytest.raises(Exception, match="permission denied"), database.unit_of_work(owner) as uow:
        uow.session.execute(update(AuditLine).values(action="nothing"))


@pytest.mark.parametrize(
    ("changes", "refusal", "sentence"),
    [
        ({"role": "administrator"}, SwitchNotAllowed, "administrator of the network"),
        ({"role": "owner"}, SwitchNotAllowed, "owner of the network"),
        ({"is_active": False}, TargetNotActive, "not active"),
    ],
)
def test_a_refusal_says_why_and_leaves_no_trace(
    database: Database,
    owner: Identity,
    register: Register,
    *,
    changes: dict[str, object],
    refusal: type[Failure],
    sentence: str,
) -> None:
    admin, customer = signed_in(make_admin(database, owner)), register("Åsa")
    change(database, owner, customer, **changes)

    with pytest.raises(refusal, match=sentence), database.unit_of_work(admin) as uow:
        clear_switch(uow, customer.id, ASKED)

    assert lines(database, owner, customer) == []


def test_nobody_switches_to_himself(database: Database, owner: Identity, register: Register) -> None:
    customer = register("Åsa")
    change(database, owner, customer, role="owner")
    with database.unit_of_work(owner) as uow:
        himself = signed_in(uow.get(Account, customer.account_id), customer)

    with pytest.raises(SwitchNotAllowed, match="yourself"), database.unit_of_work(himself) as uow:
        clear_switch(uow, customer.id, ASKED)


def test_without_the_permission_nobody_is_cleared(
    database: Database, owner: Identity, register: Register
) -> None:
    finance, customer = signed_in(make_admin(database, owner, "finance")), register("Åsa")

    with pytest.raises(Forbidden, match=r"customers\.switch"), database.unit_of_work(finance) as uow:
        clear_switch(uow, customer.id, ASKED)
