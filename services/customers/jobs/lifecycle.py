"""Doing something to many customers: ordered once, done row by row, stopped, tried again.

A job is gathered in one statement: whom it is done to is who was selected then, whoever comes or changes
later. After that it goes on in batches; a batch is a transaction with the job's progress, so a process that
is killed has done each row once or not at all.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_new
from sqlalchemy.exc import IntegrityError

from kernel.contracts.bulk import Selection
from kernel.contracts.jobs import AT_ONCE, PERMISSIONS, BulkOrder
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Failure, Unavailable
from kernel.ids import new_id
from services.customers import audit
from services.customers.jobs import orderers
from services.customers.jobs.actions import action_of, check_heir
from services.customers.models import Customer, Job, JobRow
from services.customers.queries.selected import Shape, count_of, ids_of, values_of

KIND = "job"
BATCH = 50

log = structlog.get_logger()


class SelectionChanged(Conflict):
    """More customers are selected by now than somebody agreed to."""


class NothingToStop(Conflict):
    """The job is over already."""


class NothingFailed(Conflict):
    """There is no row to try again, or the job still runs."""


def order_job(uow: UnitOfWork, order: BulkOrder) -> UUID:
    """Do it at once to a few, or have the worker do it to many; return the job's id.

    The same order, sent twice, is the same job. Raises SelectionChanged, HeirNotValid, Forbidden.
    """
    uow.identity.require(PERMISSIONS[order.action])
    check_heir(uow, order)
    key = _key_of(uow, order)
    job_id = _new_job(uow, order, key)
    if job_id is None:
        return uow.session.scalars(select(Job.id).where(Job.key == key)).one()
    job = uow.get(Job, job_id, lock=True)
    number = count_of(uow, order.selection)
    if order.expected is not None and number > order.expected:
        sentence = N_("%(number)s customers are selected by now, and not %(expected)s. Look at them again.")
        raise SelectionChanged(sentence, number=number, expected=order.expected)
    told: dict[str, Any] = {"what": order.action, "number": number, "which": job.selection}
    if order.heir_id is not None:
        told["heir"] = str(order.heir_id)
    audit.note(uow, "bulk action ordered", job.id, **told)
    if number > AT_ONCE:
        job.total = number
        uow.ring(KIND, job.id)
        return job_id
    while advance(uow, job):
        pass
    job.state = "done"
    return job_id


def advance(uow: UnitOfWork, job: Job) -> bool:
    """Do the next step of a job whose row is locked; True while there is another."""
    job.stopped = job.stopped or orderers.why_stopped(
        uow, PERMISSIONS[job.action], account_id=job.account_id, key_id=job.key_id, epoch=job.epoch
    )
    if not job.stopped and not job.is_gathered:
        _gather(uow, job)
    if job.stopped:
        _leave_the_rest(uow, job)
        return False
    rows = _next_rows(uow, job)
    for row in rows:
        _do(uow, job, row)
    if len(rows) == BATCH:
        return True
    job.finished_at = uow.now
    return False


def stop_job(uow: UnitOfWork, job_id: UUID) -> None:
    """Leave what is not done yet undone. Raises NothingToStop."""
    job = uow.get(Job, job_id, lock=True)
    uow.identity.require(PERMISSIONS[job.action])
    if job.finished_at or job.stopped:
        raise NothingToStop(N_("This job is over already."))
    audit.note(uow, "bulk action stopped", job.id, what=job.action, done=job.done)
    job.stopped = "cancelled"
    _leave_the_rest(uow, job)
    if job.state == "due":
        job.state = "done"
    else:
        uow.ring(KIND, job.id)


def retry_failed(uow: UnitOfWork, job_id: UUID) -> None:
    """Have it done once more to those to whom it could not be done. Raises NothingFailed."""
    job = uow.get(Job, job_id, lock=True)
    uow.identity.require(PERMISSIONS[job.action])
    if not job.failed or job.state in {"due", "leased"}:
        raise NothingFailed(N_("There is nothing to run again."))
    audit.note(uow, "bulk action run again", job.id, what=job.action, number=job.failed)
    again = update(JobRow).where(JobRow.job_id == job.id, JobRow.is_failed)
    uow.session.execute(again.values(is_failed=False, template="", params={}))
    job.failed, job.stopped, job.finished_at = 0, "", None
    asking = uow.identity
    job.actor, job.account_id, job.key_id = asking.actor, asking.account_id, asking.key_id
    job.epoch = asking.epoch
    job.state, job.attempts, job.due_at = "due", 0, uow.now
    uow.ring(KIND, job.id)


def _new_job(uow: UnitOfWork, order: BulkOrder, key: str) -> UUID | None:
    """Insert the job; None when there is one with this key. Whoever comes second waits for the first."""
    chosen, asking = order.selection, uow.identity
    made = (
        insert_new(Job)
        .values(
            id=new_id(),
            network_id=uow.network_id,
            action=order.action,
            key=key,
            selection=chosen.model_dump(mode="json"),
            actor=asking.actor,
            account_id=asking.account_id,
            key_id=asking.key_id,
            epoch=asking.epoch,
            expected=order.expected,
            heir_id=order.heir_id,
        )
        .on_conflict_do_nothing()
        .returning(Job.id)
    )
    return uow.session.scalar(made)


def _key_of(uow: UnitOfWork, order: BulkOrder) -> str:
    """Return what only the same order, from the same form and the same person, has."""
    said = f"{uow.identity.actor} {order.model_dump_json()}"
    return sha256(said.encode()).hexdigest()


def _gather(uow: UnitOfWork, job: Job) -> None:
    """Write down whom it is done to, in one statement: this is who was selected, from now on."""
    chosen = Selection.model_validate(job.selection)
    found = ids_of(Shape.of(chosen)).subquery("found")
    whom = (
        select(literal(uow.network_id), literal(job.id), Customer.id)
        .join(found, found.c.id == Customer.id)
        .where(Customer.network_id == uow.network_id)
    )
    rows = insert(JobRow.__table__).from_select(["network_id", "job_id", "customer_id"], whom)  # type: ignore[arg-type]
    uow.session.connection().execute(rows, values_of(uow, chosen))
    job.total = uow.session.scalar(select(func.count(JobRow.customer_id)).where(JobRow.job_id == job.id)) or 0
    job.is_gathered = True
    if job.expected is not None and job.total > job.expected:
        job.stopped = "changed"


def _next_rows(uow: UnitOfWork, job: Job) -> Sequence[JobRow]:
    waiting = select(JobRow).where(JobRow.job_id == job.id, ~JobRow.is_failed)
    return uow.session.scalars(waiting.order_by(JobRow.customer_id).limit(BATCH)).all()


def _do(uow: UnitOfWork, job: Job, row: JobRow) -> None:
    """Do it to one customer; what refuses it costs this row only."""
    try:
        with uow.attempt():
            action_of(job.action, job.heir_id)(uow, row.customer_id)
    except Unavailable:
        raise
    except Failure as reason:
        _note_failure(job, row, reason.template, reason.params)
    except IntegrityError:
        log.exception("row refused by the database", action=job.action, job=str(job.id))
        _note_failure(job, row, N_("The database refused this change. It has been written down."), {})
    else:
        uow.session.delete(row)
        job.done += 1


def _note_failure(job: Job, row: JobRow, template: str, params: Mapping[str, str]) -> None:
    row.is_failed, row.template, row.params = True, template, dict(params)
    job.failed += 1


def _leave_the_rest(uow: UnitOfWork, job: Job) -> None:
    rest = delete(JobRow).where(JobRow.job_id == job.id, ~JobRow.is_failed)
    uow.session.execute(rest.execution_options(synchronize_session=False))
    job.skipped, job.finished_at = job.skipped + job.left, uow.now
