"""Doing something to many customers: at once, as due work, half, twice, stopped and tried again."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update

from kernel import clock, work
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.access import ROLES
from kernel.contracts.bulk import Selection
from kernel.contracts.jobs import AT_ONCE, BulkOrder, JobsQuery
from kernel.contracts.jobs import Job as JobContract
from kernel.database import Database, UnitOfWork
from kernel.errors import Forbidden
from kernel.ids import new_id
from kernel.log import EventRow
from services.customers import audit
from services.customers.accounts import admins
from services.customers.accounts.api_keys import create_api_key
from services.customers.jobs import actions as bulk_actions
from services.customers.jobs import lifecycle as jobs
from services.customers.models import Account, ApiKey, AuditLine, Customer, Deletion, Job, JobRow
from services.customers.profiles.registration import register_customer
from services.customers.queries.jobs import job_page
from tests.background import fork, wait_until
from tests.calling import Call
from tests.customers.conftest import Register, make_admin, signed_in
from worker.performers import jobs as performing
from worker.performers.jobs import job as performer

MANY = AT_ONCE + 25


@pytest.fixture
def admin(database: Database, owner: Identity) -> Identity:
    return signed_in(make_admin(database, owner))


@pytest.fixture
def crowd(database: Database, owner: Identity) -> list[UUID]:
    """More customers than are done at once."""
    with database.unit_of_work(owner) as uow:
        return [
            register_customer(uow, email=f"p{number}@shop.example", how="import", first_name="Åsa").id
            for number in range(MANY)
        ]


def order(action: str = "vip_on", *, key: str = "", expected: int | None = None, **which: Any) -> BulkOrder:
    return BulkOrder(
        key=key or new_id().hex,
        action=action,
        selection=Selection(**which),
        expected=expected,  # type: ignore[arg-type]
    )


def ordered(database: Database, identity: Identity, asked: BulkOrder) -> UUID:
    with database.unit_of_work(identity) as uow:
        return jobs.order_job(uow, asked)


def look(database: Database, identity: Identity, job_id: UUID) -> JobContract:
    with database.unit_of_work(identity) as uow:
        return job_page(uow, job_id, JobsQuery())


def perform_all(database: Database, job_id: UUID) -> None:
    while work.perform(performer, database, job_id):
        pass


def vips(database: Database, identity: Identity) -> set[UUID]:
    with database.unit_of_work(identity) as uow:
        return set(uow.session.scalars(select(Customer.id).where(Customer.is_vip)))


def effects(database: Database, identity: Identity) -> Counter[str]:
    """Return how often each customer was told of as marked, in the log of events."""
    with database.unit_of_work(identity) as uow:
        marked = select(EventRow.payload).where(EventRow.type == "customer.marked_vip")
        return Counter(payload["customer_id"] for payload in uow.session.scalars(marked))


def test_a_few_are_done_at_once_in_the_name_of_who_asked(database, admin, register: Register):
    chosen = [register("Åsa").id, register("Eva").id]
    other = register("Ulf")

    job_id = ordered(database, admin, order(ids=chosen))

    seen = look(database, admin, job_id)
    assert (seen.state, seen.total, seen.done, seen.failed, seen.left) == ("done", 2, 2, 0, 0)
    assert (seen.actor_name, vips(database, admin)) == ("Ada", set(chosen))
    assert other.id not in vips(database, admin)
    with database.unit_of_work(admin) as uow:
        lines = uow.session.scalars(select(AuditLine).where(AuditLine.actor == admin.actor)).all()
    assert Counter(line.action for line in lines) == {"bulk action ordered": 1, "customer marked vip": 2}


def test_many_are_due_work_and_end_in_the_same_place(database, admin, crowd):
    job_id = ordered(database, admin, order())
    before = look(database, admin, job_id)

    perform_all(database, job_id)

    after = look(database, admin, job_id)
    assert (before.state, before.total, before.left, vips(database, admin)) == (
        "waiting",
        MANY,
        MANY,
        set(crowd),
    )
    assert (after.state, after.done, after.left) == ("done", MANY, 0)
    assert effects(database, admin) == {str(one): 1 for one in crowd}


def test_nothing_is_left_of_those_who_are_done(database, admin, crowd):
    job_id = ordered(database, admin, order())
    perform_all(database, job_id)

    with database.unit_of_work(admin) as uow:
        assert uow.session.scalars(select(JobRow)).all() == []


def test_the_worker_acts_in_the_name_of_the_admin(database, admin, crowd):
    perform_all(database, ordered(database, admin, order()))

    with database.unit_of_work(admin) as uow:
        marked = select(EventRow.actor).where(EventRow.type == "customer.marked_vip").distinct()
        assert uow.session.scalars(marked).all() == [admin.actor]


def test_a_filter_is_who_is_in_it_when_the_job_begins(database, admin, crowd, register: Register):
    """Marking takes nobody out of the walk, and who comes later is not met."""
    job_id = ordered(database, admin, order("vip_on", tab="all", q="asa"))
    with database.unit_of_work(jobs_identity(database, admin, job_id)) as uow:
        jobs.advance(uow, uow.get(Job, job_id, lock=True))
    late = register("Åsa", "Sen")

    perform_all(database, job_id)

    assert vips(database, admin) == set(crowd)
    assert late.id not in vips(database, admin)


def jobs_identity(database: Database, admin: Identity, job_id: UUID) -> Identity:
    with database.unit_of_work(admin) as uow:
        return uow.get(Job, job_id).identity()


def test_the_same_order_sent_twice_is_one_job(database, admin, crowd):
    asked = order()

    first, second = ordered(database, admin, asked), ordered(database, admin, asked)
    another = ordered(database, admin, order("vip_off", key=asked.key))

    assert first == second != another


def test_two_submits_at_the_same_moment_are_one_job(database, admin, register: Register):
    asked, start = order(ids=[register("Åsa").id]), Barrier(2)

    def submit(_: int) -> UUID:
        start.wait()
        return ordered(database, admin, asked)

    with ThreadPoolExecutor(2) as both:
        made = set(both.map(submit, range(2)))

    assert len(made) == 1
    assert sum(effects(database, admin).values()) == 1


def test_another_admin_with_the_same_key_has_a_job_of_his_own(database, owner, admin, register: Register):
    other = signed_in(make_admin(database, owner, name="Bo"))
    asked = order(ids=[register("Åsa").id])

    assert ordered(database, admin, asked) != ordered(database, other, asked)


def test_more_than_were_confirmed_are_refused_at_once_and_later(database, admin, crowd, register: Register):
    with pytest.raises(jobs.SelectionChanged, match=f"{MANY} customers are selected by now, and not 3"):
        ordered(database, admin, order(expected=3))
    job_id = ordered(database, admin, order(expected=MANY))
    register("Ny")

    perform_all(database, job_id)

    seen = look(database, admin, job_id)
    assert (seen.state, seen.done, seen.skipped, vips(database, admin)) == ("stopped", 0, MANY + 1, set())
    assert seen.why.startswith("More customers were selected by then")


def test_one_who_cannot_be_done_costs_his_own_row_only(database, admin, register: Register):
    asked, not_asked = register("Åsa", verification="pending"), register("Eva", verification="verified")
    network_known(database, admin)

    job_id = ordered(database, admin, order("resend", ids=[asked.id, not_asked.id]))

    seen = look(database, admin, job_id)
    assert (seen.state, seen.done, seen.failed) == ("done", 1, 1)
    assert [(one.customer_id, one.name) for one in seen.failures] == [(not_asked.id, "Eva")]
    assert seen.failures[0].template.endswith(".")
    with database.unit_of_work(admin) as uow:
        told = select(EventRow.payload["customer_id"].astext).where(
            EventRow.type == "customer.verification_asked"
        )
        assert uow.session.scalars(told).all() == [str(asked.id)]


def network_known(database: Database, identity: Identity) -> None:
    from services.customers.models import Network

    with database.unit_of_work(identity) as uow:
        uow.add(Network(slug=f"n{uow.network_id.hex[-12:]}", currency="SEK", domain="n.example", name="N"))


def test_what_failed_is_run_again_and_nothing_else(database, admin, register: Register):
    ready, late = register("Åsa", verification="pending"), register("Eva", verification="verified")
    network_known(database, admin)
    job_id = ordered(database, admin, order("resend", ids=[ready.id, late.id]))
    with database.unit_of_work(admin) as uow:
        uow.get(Customer, late.id, lock=True).verification = "pending"

    with database.unit_of_work(admin) as uow:
        jobs.retry_failed(uow, job_id)
    perform_all(database, job_id)

    seen = look(database, admin, job_id)
    assert (seen.state, seen.done, seen.failed, seen.failures) == ("done", 2, 0, [])
    with pytest.raises(jobs.NothingFailed), database.unit_of_work(admin) as uow:
        jobs.retry_failed(uow, job_id)


def test_a_stopped_job_keeps_what_is_done_and_leaves_the_rest(database, admin, crowd):
    job_id = ordered(database, admin, order())
    step(database, admin, job_id)

    with database.unit_of_work(admin) as uow:
        jobs.stop_job(uow, job_id)
    perform_all(database, job_id)

    seen = look(database, admin, job_id)
    assert (seen.state, seen.done, seen.skipped, seen.left) == ("stopped", jobs.BATCH, MANY - jobs.BATCH, 0)
    assert len(vips(database, admin)) == jobs.BATCH
    with pytest.raises(jobs.NothingToStop), database.unit_of_work(admin) as uow:
        jobs.stop_job(uow, job_id)


def step(database: Database, admin: Identity, job_id: UUID) -> None:
    with database.unit_of_work(jobs_identity(database, admin, job_id)) as uow:
        jobs.advance(uow, uow.get(Job, job_id, lock=True))


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "auditor"}])
def test_who_may_no_longer_do_it_leaves_nothing_running(database, admin, crowd, change: dict[str, Any]):
    job_id = ordered(database, admin, order())
    step(database, admin, job_id)

    with database.unit_of_work(admin) as uow:
        uow.session.execute(update(Account).where(Account.id == admin.account_id).values(**change))
    perform_all(database, job_id)

    seen = look(database, admin, job_id)
    assert (seen.state, seen.why) == ("stopped", "Who ordered it may no longer do this.")
    assert len(vips(database, admin)) == jobs.BATCH


def test_who_is_signed_out_everywhere_leaves_nothing_running(database, owner, admin, crowd):
    job_id = ordered(database, admin, order())
    step(database, admin, job_id)

    with database.unit_of_work(owner) as uow:
        admins.end_sessions(uow, admin.account_id)
    perform_all(database, job_id)

    seen = look(database, admin, job_id)
    sentence = "Who ordered it was signed out everywhere, or chose another password, meanwhile."
    assert (seen.state, seen.why) == ("stopped", sentence)
    assert len(vips(database, admin)) == jobs.BATCH


def test_a_revoked_key_leaves_nothing_running(database, owner, crowd):
    with database.unit_of_work(owner) as uow:
        create_api_key(uow, name="k", scopes=["customers.edit", "customers.view"])
        key = uow.session.scalars(select(ApiKey)).one()
    holder = Identity(owner.network_id, f"api-key:{key.id}", frozenset(key.scopes), key_id=key.id)
    job_id = ordered(database, holder, order())
    with database.unit_of_work(owner) as uow:
        uow.session.execute(update(ApiKey).values(revoked_at=clock.now()))

    perform_all(database, job_id)

    seen = look(database, owner, job_id)
    assert (seen.state, seen.actor_name, vips(database, owner)) == ("stopped", "k", set())


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "auditor"}, {"role": None}])
def test_a_key_whose_admin_may_no_longer_do_it_leaves_nothing_running(
    database, owner, crowd, change: dict[str, Any]
):
    maker = signed_in(make_admin(database, owner, "owner"))
    with database.unit_of_work(maker) as uow:
        create_api_key(uow, name="k", scopes=["customers.edit"])
        key = uow.session.scalars(select(ApiKey)).one()
    holder = Identity(owner.network_id, f"api-key:{key.id}", frozenset(key.scopes), key_id=key.id)
    job_id = ordered(database, holder, order())
    with database.unit_of_work(owner) as uow:
        uow.session.execute(update(Account).where(Account.id == maker.account_id).values(**change))

    perform_all(database, job_id)

    assert (look(database, owner, job_id).state, vips(database, owner)) == ("stopped", set())


def test_an_action_needs_its_permission(database, owner, register: Register):
    chosen = register("Åsa")
    auditor = Identity(owner.network_id, "account:x", ROLES["auditor"])

    with pytest.raises(Forbidden):
        ordered(database, auditor, order(ids=[chosen.id]))

    assert vips(database, owner) == set()


def test_another_networks_customers_are_not_among_the_selected(database, admin, register: Register):
    stranger = Identity.command(new_id())
    with database.unit_of_work(stranger) as uow:
        theirs = register_customer(uow, email="x@shop.example", how="api").id

    job_id = ordered(database, admin, order(ids=[register("Åsa").id, theirs]))

    assert look(database, admin, job_id).total == 1
    assert vips(database, stranger) == set()


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/stop"), ("POST", "/retry")])
def test_another_networks_job_is_absent(call: Call, admin: Identity, database, method: str, path: str):
    stranger = Identity.command(new_id())
    with database.unit_of_work(stranger) as uow:
        theirs = register_customer(uow, email="x@shop.example", how="api").id
    job_id = ordered(database, stranger, order(ids=[theirs]))

    answers = [call(admin, method, f"/v1/jobs/{an_id}{path}") for an_id in (job_id, new_id())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json["detail"] == answers[1].json["detail"]


def test_words_that_cannot_be_kept_are_refused_wherever_they_stand(call: Call, admin: Identity):
    asked = {"key": new_id().hex, "action": "vip_on", "selection": {"q": "a\0b"}}

    refused = call(admin, "POST", "/v1/customers/bulk", json=asked)

    assert (refused.status_code, [one["field"] for one in refused.json["fields"]]) == (422, ["selection"])


def test_the_list_is_read_page_by_page_the_newest_first(call: Call, admin: Identity, register: Register):
    chosen = register("Åsa").id
    made = [
        call(admin, "POST", "/v1/customers/bulk", json=order(ids=[chosen]).model_dump(mode="json")).json["id"]
        for _ in range(23)
    ]

    first = call(admin, "GET", "/v1/jobs").json
    second = call(admin, "GET", f"/v1/jobs?after={first['after']}").json

    assert [job["id"] for job in first["items"] + second["items"]] == made[::-1]
    assert second["after"] is None


def test_failures_are_read_page_by_page(call: Call, database, admin, register: Register, monkeypatch):
    monkeypatch.setattr("services.customers.queries.jobs.FAILURES", 2)
    chosen = [register("Åsa", verification="verified").id for _ in range(5)]
    job_id = ordered(database, admin, order("resend", ids=chosen))
    found: list[str] = []
    after = ""

    while True:
        page = call(admin, "GET", f"/v1/jobs/{job_id}?after={after}").json
        found += [one["customer_id"] for one in page["failures"]]
        after = page["failures_after"]
        if after is None:
            break

    assert sorted(found) == sorted(map(str, chosen))


def test_a_deleted_customer_is_one_who_failed(database, admin, owner, crowd):
    job_id = ordered(database, admin, order())
    step(database, admin, job_id)
    with database.unit_of_work(owner) as uow:
        gone = uow.session.scalars(select(JobRow.customer_id)).first()
        uow.session.execute(delete(Customer).where(Customer.id == gone))

    perform_all(database, job_id)

    seen = look(database, admin, job_id)
    assert (seen.done, seen.failed) == (MANY - 1, 1)
    assert (seen.failures[0].name, seen.failures[0].template) == ("", "There is no such customer.")


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def touch(uow: UnitOfWork, customer_id: UUID) -> None:
    """An action that shows when it is done twice; marking somebody as VIP twice would not."""
    audit.note(uow, "touched", customer_id)


def touched(database: Database, identity: Identity) -> Counter[UUID]:
    with database.unit_of_work(identity) as uow:
        return Counter(uow.session.scalars(select(AuditLine.object_id).where(AuditLine.action == "touched")))


@pytest.fixture
def touching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_actions, "ACTIONS", {"vip_on": touch})


def perform_and_be_killed(settings: Settings, job_id: UUID, after: int, point: str) -> None:
    """Perform the job and die in its batch number ``after``, within it or before it is committed."""
    database, steps, rows = Database.of(settings, "customers"), [0], [0]
    holding = performing.hold

    def act(*given: Any) -> None:
        touch(*given)
        rows[0] += 1
        if point == "within" and rows[0] == after * 5 + 3:
            die()

    def hold(*given: Any) -> None:
        if point == "before the commit" and steps[0] == after:
            die()
        holding(*given)
        steps[0] += 1

    bulk_actions.ACTIONS, jobs.BATCH, performing.hold = {"vip_on": act}, 5, hold
    work.perform(performer, database, job_id)


@pytest.fixture
def killed_by(settings: Settings, tmp_path: Path) -> Callable[..., None]:
    """Run something in a process of its own, which kills itself on the way."""

    def run(target: Callable[..., None], *given: object) -> None:
        killed = fork(target, settings, *given, log=tmp_path / "log")
        killed.join(30)
        assert killed.exitcode == -signal.SIGKILL, (tmp_path / "log").read_text()

    return run


@pytest.mark.usefixtures("touching")
@pytest.mark.parametrize("point", ["within", "before the commit"])
def test_each_is_done_once_however_often_the_worker_is_killed(killed_by, database, admin, crowd, point):
    job_id = ordered(database, admin, order())

    for after in (0, 1, 2, 1, 3):
        killed_by(perform_and_be_killed, job_id, after, point)
        wait_until(lambda: lease_taken_away(database, admin, job_id))
    between = look(database, admin, job_id)
    perform_all(database, job_id)

    seen = look(database, admin, job_id)
    assert 0 < between.done < MANY
    assert (seen.state, seen.done, seen.failed) == ("done", MANY, 0)
    assert touched(database, admin) == dict.fromkeys(crowd, 1)


def lease_taken_away(database: Database, admin: Identity, job_id: UUID) -> bool:
    """Let time run out for whoever died; PostgreSQL needs a moment to notice that he is gone."""
    with database.unit_of_work(admin) as uow:
        free = text("SELECT count(*) FROM (SELECT 1 FROM jobs WHERE id = :id FOR UPDATE SKIP LOCKED) AS free")
        if not uow.session.connection().scalar(free, {"id": job_id}):
            return False
        late = update(Job).where(Job.id == job_id, Job.state == "leased").values(lease_until=clock.now())
        uow.session.execute(late)
    return True


@pytest.mark.usefixtures("touching")
def test_the_test_above_notices_progress_in_another_transaction(killed_by, database, admin, crowd):
    """Broken: the effect is committed by itself, and the row goes in a second transaction."""
    job_id = ordered(database, admin, order())
    killed_by(broken_and_killed, job_id)
    wait_until(lambda: lease_taken_away(database, admin, job_id))

    perform_all(database, job_id)

    assert max(touched(database, admin).values()) == 2


def broken_and_killed(settings: Settings, job_id: UUID) -> None:
    database = Database.of(settings, "customers")

    def apart(uow: UnitOfWork, customer_id: UUID) -> None:
        with database.unit_of_work(uow.identity) as other:
            touch(other, customer_id)

    bulk_actions.ACTIONS, performing.hold = {"vip_on": apart}, die
    work.perform(performer, database, job_id)


def test_a_worker_that_was_given_up_for_dead_writes_nothing_more(database, admin, crowd):
    job_id = ordered(database, admin, order())
    slow = work.claim(performer, database, job_id)
    wait_until(lambda: lease_taken_away(database, admin, job_id))
    perform_all(database, job_id)

    with pytest.raises(work.LeaseLost):
        performer.perform(database, slow)

    assert sum(effects(database, admin).values()) == MANY


@pytest.mark.parametrize("size", [2, MANY])
def test_customers_are_deleted_as_each_would_be_on_his_own_page(database, admin, owner, crowd, size: int):
    job_id = ordered(database, admin, order("delete", **({"ids": crowd[:2]} if size == 2 else {})))

    perform_all(database, job_id)

    seen = look(database, admin, job_id)
    assert (seen.state, seen.done, seen.failed) == ("done", size, 0)
    with database.unit_of_work(owner) as uow:
        asked = uow.session.execute(select(Deletion.way, Deletion.requested_by)).all()
    assert asked == [("everything", admin.actor)] * size


def test_who_is_an_admin_too_is_not_deleted_with_the_others(database, admin, owner, crowd):
    with database.unit_of_work(owner) as uow:
        customer = uow.get(Customer, crowd[0])
        uow.get(Account, customer.account_id, lock=True).role = "support"

    seen = look(database, admin, ordered(database, admin, order("delete", ids=crowd[:2])))

    assert (seen.done, seen.failed, [one.customer_id for one in seen.failures]) == (1, 1, [crowd[0]])


def test_to_delete_takes_more_than_to_edit(database, owner, register: Register):
    support = signed_in(make_admin(database, owner, "support"))

    with pytest.raises(Forbidden):
        ordered(database, support, order("delete", ids=[register("Åsa").id]))
