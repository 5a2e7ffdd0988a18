"""Many customers at a time, as callers of the customers service see it."""

from collections.abc import Iterator
from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import bulk, jobs


class BulkClient(ServiceClient):
    """Selections, what is done with them, and how far that has come."""

    def count_selection(self, selection: bulk.Selection) -> int:
        """Return how many customers a selection holds right now."""
        return self._send("POST", "/v1/customers/selections", selection, bulk.SelectionCount).count

    def export_customers(self, order: bulk.ExportOrder) -> Iterator[bytes]:
        """Return the CSV piece by piece. Raises at once when it cannot begin, later when it breaks off."""
        return self._stream("POST", "/v1/customers/exports", order)

    def order_job(self, order: jobs.BulkOrder) -> jobs.Job:
        """Do something to many customers: a few at once, more in the background."""
        return self._send("POST", "/v1/customers/bulk", order, jobs.Job)

    def list_jobs(self, query: jobs.JobsQuery) -> jobs.JobsList:
        """Return the newest jobs."""
        return self._get("/v1/jobs", jobs.JobsList, query.model_dump(exclude_defaults=True))

    def job(self, job_id: UUID, query: jobs.JobsQuery) -> jobs.Job:
        """Return one job, and a page of those to whom it could not be done. Raises NotFound."""
        return self._get(f"/v1/jobs/{job_id}", jobs.Job, query.model_dump(exclude_defaults=True))

    def stop_job(self, job_id: UUID) -> None:
        """Leave what is not done yet undone. Raises Conflict when it is over."""
        self._tell("POST", f"/v1/jobs/{job_id}/stop")

    def retry_job(self, job_id: UUID) -> None:
        """Have it done once more to those to whom it could not be done. Raises Conflict for none."""
        self._tell("POST", f"/v1/jobs/{job_id}/retry")
