"""What is done to many customers: ordered, looked at, stopped, run again."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.jobs import BulkOrder, JobsQuery
from kernel.web import answer, body, needs, nothing, query, unit_of_work
from services.customers.jobs import lifecycle as jobs
from services.customers.queries.jobs import job_page, jobs_list

api = Blueprint("jobs", __name__, url_prefix="/v1")


@api.post("/customers/bulk")
@needs("customers.edit", "customers.delete")
def order_job() -> Response:
    order = body(BulkOrder)
    with unit_of_work() as uow:
        job_id = jobs.order_job(uow, order)
        return answer(job_page(uow, job_id, JobsQuery()))


@api.get("/jobs")
@needs("customers.view")
def show_jobs() -> Response:
    asked = query(JobsQuery)
    with unit_of_work() as uow:
        return answer(jobs_list(uow, asked))


@api.get("/jobs/<uuid:job_id>")
@needs("customers.view")
def show_job(job_id: UUID) -> Response:
    asked = query(JobsQuery)
    with unit_of_work() as uow:
        return answer(job_page(uow, job_id, asked))


@api.post("/jobs/<uuid:job_id>/stop")
@needs("customers.edit", "customers.delete")
def stop_job(job_id: UUID) -> Response:
    with unit_of_work() as uow:
        jobs.stop_job(uow, job_id)
    return nothing()


@api.post("/jobs/<uuid:job_id>/retry")
@needs("customers.edit", "customers.delete")
def retry_failed(job_id: UUID) -> Response:
    with unit_of_work() as uow:
        jobs.retry_failed(uow, job_id)
    return nothing()
