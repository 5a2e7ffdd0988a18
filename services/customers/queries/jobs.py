"""The pages of jobs: the newest, and one with those to whom it could not be done."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from kernel.contracts import jobs as contracts
from kernel.cursors import NumberCursor
from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound
from services.customers.models import Account, ApiKey, Customer, Job, JobRow
from services.customers.profiles.names import display_name

JOBS = 20
FAILURES = 50

WHY = {
    "cancelled": N_("Somebody stopped it."),
    "not allowed": N_("Who ordered it may no longer do this."),
    "session ended": N_("Who ordered it was signed out everywhere, or chose another password, meanwhile."),
    "changed": N_("More customers were selected by then than had been confirmed, so nothing was done."),
}
GIVEN_UP = N_("It failed again and again and was given up; the page Background shows why.")


def jobs_list(uow: UnitOfWork, asked: contracts.JobsQuery) -> contracts.JobsList:
    """Return the newest jobs; their ids are in the order of time. Raises CursorNotValid."""
    found = _jobs().order_by(Job.id.desc()).limit(JOBS + 1)
    if asked.after:
        found = found.where(Job.id < NumberCursor.read(asked.after, of="jobs", field="after").id)
    rows = uow.session.execute(found).all()
    has_more = len(rows) > JOBS
    items = [_job_of(row, [], None) for row in rows[:JOBS]]
    return contracts.JobsList(items=items, after=_cursor("jobs", items[-1].id) if has_more else None)


def job_page(uow: UnitOfWork, job_id: UUID, asked: contracts.JobsQuery) -> contracts.Job:
    """Return one job, and a page of its failures. Raises NotFound, CursorNotValid."""
    row = uow.session.execute(_jobs().where(Job.id == job_id)).one_or_none()
    if row is None:
        raise NotFound(Job.missing)
    failed = _failures(uow, row.Job, asked.after)
    has_more = len(failed) > FAILURES
    shown = [_failure_of(one) for one in failed[:FAILURES]]
    return _job_of(row, shown, _cursor("failures", shown[-1].customer_id) if has_more else None)


def _jobs() -> Any:
    jobs: Any = select(
        Job, Account.first_name, Account.last_name, Account.username, ApiKey.name.label("key_name")
    )
    return jobs.outerjoin(
        Account, (Account.network_id == Job.network_id) & (Account.id == Job.account_id)
    ).outerjoin(ApiKey, (ApiKey.network_id == Job.network_id) & (ApiKey.id == Job.key_id))


def _failures(uow: UnitOfWork, job: Job, after: str | None) -> Sequence[Row[Any]]:
    if not job.failed:
        return []
    same = (Customer.network_id == JobRow.network_id) & (Customer.id == JobRow.customer_id)
    his = (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id)
    found: Any = (
        select(
            JobRow,
            Customer.billing_company,
            Account.first_name,
            Account.last_name,
            Account.username,
        )
        .outerjoin(Customer, same)
        .outerjoin(Account, his)
        .where(JobRow.job_id == job.id, JobRow.is_failed)
        .order_by(JobRow.customer_id)
        .limit(FAILURES + 1)
    )
    if after:
        found = found.where(JobRow.customer_id > NumberCursor.read(after, of="failures", field="after").id)
    rows: Sequence[Row[Any]] = uow.session.execute(found).all()
    return rows


def _failure_of(row: Row[Any]) -> contracts.JobFailure:
    called = (row.first_name, row.last_name, row.billing_company, row.username)
    failed: JobRow = row.JobRow
    return contracts.JobFailure(
        customer_id=failed.customer_id,
        name=display_name(*(one or "" for one in called)),
        template=failed.template,
        params=failed.params,
    )


def _job_of(row: Row[Any], failures: list[contracts.JobFailure], failures_after: str | None) -> contracts.Job:
    job: Job = row.Job
    name = display_name(row.first_name or "", row.last_name or "", username=row.username or "")
    return contracts.Job(
        id=job.id,
        action=job.action,
        state=_state_of(job),
        actor=job.actor,
        actor_name=row.key_name or name,
        created_at=job.created_at,
        finished_at=job.finished_at,
        total=job.total,
        done=job.done,
        failed=job.failed,
        left=job.left,
        skipped=job.skipped,
        why=GIVEN_UP if job.state == "dead" else WHY.get(job.stopped, ""),
        failures=failures,
        failures_after=failures_after,
    )


def _state_of(job: Job) -> contracts.JobState:
    if job.state == "dead":
        return "dead"
    if job.stopped:
        return "stopped"
    if job.finished_at:
        return "done"
    return "running" if job.is_gathered else "waiting"


def _cursor(name: str, an_id: UUID) -> str:
    return NumberCursor(list=name, value=0, id=an_id).written()
