"""What is done to many customers: the list of it, and one with how far it has come."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import confirmed_by_customers, needs, services
from gateway.translation import gettext as _
from gateway.views.pages import fragment, page, wants_fragment
from gateway.words import said
from kernel.contracts.jobs import PERMISSIONS, JobsQuery
from kernel.errors import Conflict

views = Blueprint("jobs", __name__)


@views.get("/jobs")
@confirmed_by_customers
@needs("customers.view")
def jobs() -> Response:
    """The newest first."""
    return page("bulk/jobs.html", menu="jobs", found=services().customers.list_jobs(_asked()))


@views.get("/jobs/<uuid:job_id>")
@confirmed_by_customers
@needs("customers.view")
def job(job_id: UUID) -> Response:
    """One of them; the script asks for it again and again while it runs."""
    found = services().customers.job(job_id, _asked())
    may_act = PERMISSIONS.get(found.action, "") in current_user.permissions
    if wants_fragment():
        return fragment("bulk/progress.html", job=found, may_act=may_act)
    return page("bulk/job.html", menu="jobs", job=found, may_act=may_act)


@views.post("/jobs/<uuid:job_id>/stop")
@needs("customers.edit", "customers.delete")
def stop(job_id: UUID) -> AnyResponse:
    """Leave the rest undone."""
    return _done(job_id, services().customers.stop_job, _("Stopped. What was done stays done."))


@views.post("/jobs/<uuid:job_id>/retry")
@needs("customers.edit", "customers.delete")
def retry(job_id: UUID) -> AnyResponse:
    """Do it once more to those to whom it could not be done."""
    return _done(job_id, services().customers.retry_job, _("Those that failed are tried again."))


def _done(job_id: UUID, act: Callable[[UUID], None], words: str) -> AnyResponse:
    try:
        act(job_id)
    except Conflict as over:
        flash(said(over), "error")
    else:
        flash(words, "success")
    return redirect(f"/jobs/{job_id}", 303)


def _asked() -> JobsQuery:
    return JobsQuery(after=request.args.get("after") or None)
