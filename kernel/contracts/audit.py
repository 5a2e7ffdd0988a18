"""The audit log: who changed what, and what it was before."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract

Kind = Literal["customer", "account", "api_key", ""]


class AuditQuery(Contract):
    """The log as asked for: by whom (``actor``: an account or API key), about whom or what, when, which act.

    ``since`` and ``until`` are days of the network's time zone, both inclusive.
    """

    action: Annotated[str, Field(max_length=100)] = ""
    actor: UUID | None = None
    about: UUID | None = None
    since: date | None = None
    until: date | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: str | None = None


class AuditEntry(Contract):
    """One act. ``before`` and ``after`` hold the fields that changed; ``impersonator`` the human on a visit.

    The names are those of now, empty for who or what is gone.
    """

    id: UUID
    at: datetime
    action: str
    actor: str
    actor_id: UUID | None
    actor_name: str
    impersonator: UUID | None
    ip: str
    object_id: UUID
    object_kind: Kind
    object_name: str
    before: dict[str, object]
    after: dict[str, object]
    details: dict[str, object]


class AuditPage(Contract):
    """``GET /v1/audit``: newest first. None: the end."""

    items: list[AuditEntry]
    after: str | None
