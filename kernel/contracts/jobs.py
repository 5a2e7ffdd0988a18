"""What is done to many customers at a time, and how far it has come."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.bulk import Selection
from kernel.contracts.common import Contract

AT_ONCE = 50
"""So many customers are done while the caller waits; more are due work."""

BulkAction = Literal["vip_on", "vip_off", "resend", "delete"]
JobState = Literal["waiting", "running", "done", "stopped", "dead"]

PERMISSIONS: dict[str, str] = {
    "vip_on": "customers.edit",
    "vip_off": "customers.edit",
    "resend": "customers.edit",
    "delete": "customers.delete",
}
"""What each action takes; asked when it is ordered, and again each time the work goes on."""


class BulkOrder(Contract):
    """``POST /v1/customers/bulk``: what to do to whom.

    ``key`` is made where the order is: sent twice, the same order is one job. ``expected`` is the count
    that somebody has seen and agreed to; when there are more by now, nothing is done. ``heir_id``: who takes
    over memberships, sites and payments of those who are deleted; without one they go with everything.
    """

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    action: BulkAction
    selection: Selection = Selection()
    expected: Annotated[int, Field(ge=0)] | None = None
    heir_id: UUID | None = None


class JobFailure(Contract):
    """A customer to whom it could not be done, and why: a sentence with its places."""

    customer_id: UUID
    name: str
    template: str
    params: dict[str, str]


class Job(Contract):
    """``GET /v1/jobs/<id>``: an order, and how far it has come.

    ``left`` are still to be done; ``skipped`` were left undone when it was stopped. ``why`` is the
    sentence why it was stopped or given up.
    """

    id: UUID
    action: str
    state: JobState
    actor: str
    actor_name: str
    created_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    failed: int
    left: int
    skipped: int
    why: str
    failures: list[JobFailure]
    failures_after: str | None


class JobsQuery(Contract):
    """``GET /v1/jobs?after=``."""

    after: str | None = None


class JobsList(Contract):
    """``GET /v1/jobs``: the newest first, without their failures."""

    items: list[Job]
    after: str | None
