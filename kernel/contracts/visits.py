"""The switch log: which admins were on whose sites, why, how, and until when."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from kernel.contracts.access import VisitMode
from kernel.contracts.common import Contract


class VisitsQuery(Contract):
    """The log as asked for. ``since`` and ``until`` are days of the network's time zone, both inclusive;
    ``is_open``: only visits that go on, or only those that are over.
    """

    admin: UUID | None = None
    customer: UUID | None = None
    site: UUID | None = None
    mode: VisitMode | None = None
    is_open: bool | None = None
    since: date | None = None
    until: date | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: str | None = None


class VisitEntry(Contract):
    """One visit, with the names of its time; ``ended_at`` is None and ``cause`` empty while it goes on."""

    id: UUID
    site_id: UUID
    site: str
    customer_id: UUID
    account_id: UUID
    admin_id: UUID
    admin: str
    customer: str
    reason: str
    mode: VisitMode
    started_at: datetime
    ended_at: datetime | None
    cause: str


class VisitsPage(Contract):
    """``GET /v1/visits``: newest first. None: the end."""

    items: list[VisitEntry]
    after: str | None
