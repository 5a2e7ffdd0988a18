"""Many customers at a time: the export, what is done to them, and how far that has come."""

from uuid import UUID

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.downloads import csv_file
from kernel.contracts.bulk import ExportOrder, ExportQuery, Selection
from kernel.contracts.jobs import BulkOrder, Job, JobsList, JobsQuery
from kernel.http import body, query


@blueprint.get("/customers/export")
@operation(scope="customers.view", query=ExportQuery, file="text/csv", is_confirmed_by_customers=True)
def export_customers() -> Response:
    """Customers as CSV, sent as they are read; the file can be imported again."""
    asked = query(ExportQuery)
    columns = tuple(name.strip() for name in asked.columns.split(",") if name.strip())
    chosen = Selection(tab=asked.tab, q=asked.q)
    order = ExportOrder(selection=chosen, columns=columns, delimiter=asked.delimiter)
    return csv_file(api_services().customers.export_customers(order))


@blueprint.post("/customers/bulk")
@operation(scope="customers.edit", body=BulkOrder, answers=Job, is_confirmed_by_customers=True)
def order_job() -> Job:
    """Do something to many customers: to a few at once, to more in the background."""
    return api_services().customers.order_job(body(BulkOrder))


@blueprint.get("/jobs")
@operation(scope="customers.view", query=JobsQuery, answers=JobsList, is_confirmed_by_customers=True)
def jobs() -> JobsList:
    """What is done to many customers, the newest first; read on with `after`."""
    return api_services().customers.list_jobs(query(JobsQuery))


@blueprint.get("/jobs/<uuid:job_id>")
@operation(scope="customers.view", query=JobsQuery, answers=Job, is_confirmed_by_customers=True)
def job(job_id: UUID) -> Job:
    """How far a job is, and to whom it could not be done; read on with `after`."""
    return api_services().customers.job(job_id, query(JobsQuery))


@blueprint.post("/jobs/<uuid:job_id>/stop")
@operation(scope="customers.edit", is_confirmed_by_customers=True)
def stop_job(job_id: UUID) -> None:
    """Leave what is not done yet undone."""
    api_services().customers.stop_job(job_id)


@blueprint.post("/jobs/<uuid:job_id>/retry")
@operation(scope="customers.edit", is_confirmed_by_customers=True)
def retry_job(job_id: UUID) -> None:
    """Do it once more to those to whom it could not be done."""
    api_services().customers.retry_job(job_id)
