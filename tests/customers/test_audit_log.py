"""The audit log: who, behind whom, from where, what it was before; for those who may read it."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from uuid import UUID

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import ProgrammingError
from time_machine import travel

from kernel import origin
from kernel.auth import Identity
from kernel.contracts.access import SITE_OWNER
from kernel.contracts.audit import AuditPage, AuditQuery
from kernel.contracts.events import NetworkSettingsChanged, VisitEnded, VisitStarted
from kernel.contracts.sites import NetworkSettings
from kernel.cursors import CursorNotValid
from kernel.database import Database
from kernel.events import advance, lag
from kernel.ids import new_id
from kernel.log import CursorRow
from kernel.streams import until_end
from services.customers import audit
from services.customers.models import Network
from services.customers.queries.audit_log import audit_log
from tests.calling import Call, statements
from tests.customers.conftest import make_admin, signed_in
from worker.listeners.audit import audit as listener

Read = Callable[..., AuditPage]


@pytest.fixture
def read(database: Database, owner: Identity) -> Read:
    def page(**asked: object) -> AuditPage:
        with database.unit_of_work(owner) as uow:
            return audit_log(uow, AuditQuery.model_validate(asked))

    return page


def note(database: Database, identity: Identity, action: str, object_id: UUID, **more: object) -> None:
    with database.unit_of_work(identity) as uow:
        audit.note(uow, action, object_id, **more)


def acts(page: AuditPage) -> list[str]:
    return [entry.action for entry in page.items]


def test_a_line_says_who_did_what_to_whom_from_where_and_what_it_was_before(database, owner, register, read):
    admin, customer = signed_in(make_admin(database, owner, name="Ada")), register("Åsa", "Berg")
    origin.set_address("130.242.1.1")

    note(database, admin, "verification changed", customer.id,
         before={"verification": "none"}, after={"verification": "verified"})  # fmt: skip
    origin.set_address("")

    entry = read(about=customer.id).items[0]
    assert (entry.actor_name, entry.ip) == ("Ada", "130.242.1.1")
    assert (entry.object_kind, entry.object_name) == ("customer", "Åsa Berg")
    assert (entry.before, entry.after) == ({"verification": "none"}, {"verification": "verified"})


def test_the_address_of_the_person_comes_along_with_the_call(call: Call, database, owner, register, read):
    admin, customer = signed_in(make_admin(database, owner)), register("Åsa")

    answer = call(
        admin,
        "PUT",
        f"/v1/customers/{customer.id}/vip",
        json={"is_vip": True},
        headers={origin.HEADER: "2001:db8::7"},
    )

    assert answer.status_code == 204
    assert read(about=customer.id, action="customer marked vip").items[0].ip == "2001:db8::7"


def test_the_human_behind_a_visit_is_named_and_found_by(database, owner, register, read):
    admin, customer = make_admin(database, owner, name="Ada"), register("Åsa")
    visiting = Identity(
        owner.network_id, f"account:{customer.account_id}", SITE_OWNER,
        account_id=customer.account_id, customer_id=customer.id, impersonator=admin.id,
    )  # fmt: skip

    note(database, visiting, "page changed", customer.id)

    (entry,) = read(actor=admin.id, action="page changed").items
    assert (entry.actor_name, entry.impersonator) == ("Ada", admin.id)


def test_it_is_narrowed_to_an_act_an_actor_and_an_object(database, owner, register, read):
    ada, bo = make_admin(database, owner, name="Ada"), make_admin(database, owner, role="support", name="Bo")
    first, second = register("Åsa"), register("Bo")
    note(database, signed_in(ada), "one", first.id)
    note(database, signed_in(bo), "one", second.id)
    note(database, signed_in(bo), "two", first.id)

    assert acts(read(actor=bo.id)) == ["two", "one"]
    assert acts(read(about=first.id)) == ["two", "one"]
    assert acts(read(about=first.id, action="two")) == ["two"]
    assert acts(read(actor=ada.id, action="two")) == []


def test_days_are_those_of_the_networks_time_zone_and_inclusive(database, owner, register, read):
    customer = register("Åsa")
    with database.unit_of_work(owner) as uow:
        uow.add(Network(network_id=owner.network_id, slug=f"n{owner.network_id.hex}", currency="SEK",
                        time_zone="Europe/Stockholm"))  # fmt: skip
    # 23:30 in UTC on the 3rd is half past midnight on the 4th in Stockholm.
    with travel(datetime(2026, 3, 3, 23, 30, tzinfo=UTC), tick=False):
        note(database, owner, "late", customer.id)

    assert acts(read(about=customer.id, since="2026-03-04", until="2026-03-04")) == ["late"]
    assert acts(read(about=customer.id, until="2026-03-03")) == []
    assert acts(read(about=customer.id, since="2026-03-05")) == []


def test_pages_go_on_where_the_last_ended_and_survive_new_lines(database, owner, register, read):
    customer = register("Åsa")
    for number in range(5):
        note(database, owner, f"act {number}", customer.id)

    first = read(about=customer.id, limit=2)
    note(database, owner, "meanwhile", customer.id)
    second = read(about=customer.id, limit=2, after=first.after)
    third = read(about=customer.id, limit=2, after=second.after)

    assert [*acts(first), *acts(second), *acts(third)] == [f"act {number}" for number in (4, 3, 2, 1, 0)]
    assert third.after is None


def test_lines_of_the_same_instant_are_each_shown_once(database, owner, register, read):
    customer = register("Åsa")
    with travel(datetime(2026, 3, 3, tzinfo=UTC), tick=False):
        for number in range(4):
            note(database, owner, f"act {number}", customer.id)

    first = read(about=customer.id, limit=3)
    second = read(about=customer.id, limit=3, after=first.after)

    assert sorted([*acts(first), *acts(second)]) == [f"act {number}" for number in range(4)]


def test_a_cursor_of_another_list_is_refused(read):
    with pytest.raises(CursorNotValid):
        read(after="bm90IGEgY3Vyc29y")


def test_it_is_for_those_who_may_view_it_alone(call: Call, database, owner):
    for role in ("owner", "administrator", "auditor"):
        assert call(signed_in(make_admin(database, owner, role)), "GET", "/v1/audit").status_code == 200
    for role in ("support", "finance"):
        assert call(signed_in(make_admin(database, owner, role)), "GET", "/v1/audit").status_code == 403


def test_another_network_sees_nothing_of_it(database, owner, register):
    customer = register("Åsa")
    note(database, owner, "one", customer.id)
    stranger = Identity(new_id(), "command", owner.permissions)

    with database.unit_of_work(stranger) as uow:
        assert audit_log(uow, AuditQuery()).items == []


@pytest.mark.parametrize("change", ["UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log"])
def test_nobody_changes_a_line(database, owner, register, change):
    note(database, owner, "one", register("Åsa").id)

    with pytest.raises(ProgrammingError, match="permission denied"), database.unit_of_work(owner) as uow:
        uow.session.connection().exec_driver_sql(change)


def test_the_export_holds_every_line_and_no_formula(call: Call, database, owner, register):
    admin, customer = signed_in(make_admin(database, owner)), register("=cmd()", "Berg")
    for number in range(1100):
        note(database, admin, f"act {number}", customer.id)

    answer = call(admin, "POST", "/v1/audit/exports", json={"about": str(customer.id)})

    text = b"".join(until_end([answer.data])).decode()
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert text.startswith("\ufefftime,action,actor")
    assert [row["action"] for row in rows] == [f"act {number}" for number in reversed(range(1100))]
    assert {row["object_name"] for row in rows} == {"'=cmd() Berg"}


def test_taking_the_log_along_is_in_the_log(call: Call, database, owner, read):
    admin = signed_in(make_admin(database, owner))

    call(admin, "POST", "/v1/audit/exports", json={"action": "one"}).get_data()

    (entry,) = read(action="audit log exported").items
    assert entry.details == {"narrowed": {"action": "one"}}


def test_settings_and_visits_are_noted_from_the_sites_service_once(databases, owner, register, read):
    customer, admin_id = register("Åsa"), new_id()
    about = {"visit_id": new_id(), "site_id": new_id(), "customer_id": customer.id, "admin_id": admin_id}
    settings = NetworkSettings(name="N", locale="sv", time_zone="UTC")
    with databases["sites"].unit_of_work(owner) as uow:
        uow.publish(NetworkSettingsChanged(domain="n.test", settings=settings))
        uow.publish(VisitStarted(**about, reason="A question"))
        uow.publish(VisitEnded(**about, cause="switched back"))

    for _ in range(2):
        read_all(databases)

    assert acts(read(about=customer.id)) == ["visit ended", "visit started"]
    assert read(about=customer.id).items[1].details["reason"] == "A question"
    assert read(actor=admin_id).items[0].impersonator == admin_id
    assert read(action="settings changed").items[0].after["locale"] == "sv"


def test_a_log_that_is_read_anew_from_the_beginning_stumbles_over_nothing(
    databases: dict[str, Database], owner: Identity, register, read: Read
):
    customer = register("Åsa")
    about = {"visit_id": new_id(), "site_id": new_id(), "customer_id": customer.id, "admin_id": new_id()}
    with databases["sites"].unit_of_work(owner) as uow:
        uow.publish(VisitStarted(**about, reason="A question"))
    read_all(databases)

    with databases["customers"].across_networks("a cursor that is reset") as session:
        session.execute(delete(CursorRow).where(CursorRow.listener == "audit"))
    read_all(databases)

    assert acts(read(about=customer.id)) == ["visit started"]
    behind = lag(listener, databases["sites"], databases["customers"])
    assert (behind.parked, behind.last_error) == (0, "")


def read_all(databases: dict[str, Database]) -> None:
    while advance(listener, databases["sites"], databases["customers"]):
        pass


def test_a_page_of_many_lines_takes_two_statements(database, owner, register):
    customer = register("Åsa")
    for number in range(30):
        note(database, owner, f"act {number}", customer.id)

    with database.unit_of_work(owner) as uow, statements(database) as sent:
        audit_log(uow, AuditQuery(about=customer.id, limit=20))

    assert len(sent) == 2
