"""The audit log as CSV: a batch at a time, each in a transaction of its own."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from kernel.batches import pages
from kernel.contracts.audit import AuditEntry, AuditPage, AuditQuery
from kernel.database import UnitOfWork, Units
from kernel.spreadsheets import pieces_of, time_cell
from services.customers import audit
from services.customers.queries.audit_log import audit_log

BATCH = 500

COLUMNS: Mapping[str, Callable[[AuditEntry], str]] = {
    "time": lambda entry: time_cell(entry.at),
    "action": lambda entry: entry.action,
    "actor": lambda entry: entry.actor,
    "actor_name": lambda entry: entry.actor_name,
    "impersonator": lambda entry: str(entry.impersonator or ""),
    "ip": lambda entry: entry.ip,
    "object_kind": lambda entry: entry.object_kind,
    "object_name": lambda entry: entry.object_name,
    "object_id": lambda entry: str(entry.object_id),
    "before": lambda entry: _document(entry.before),
    "after": lambda entry: _document(entry.after),
    "details": lambda entry: _document(entry.details),
}


def note_export(uow: UnitOfWork, asked: AuditQuery) -> None:
    """Write down who takes the log along, and narrowed to what."""
    which = asked.model_dump(mode="json", exclude_defaults=True, exclude={"limit", "after"})
    audit.note(uow, "audit log exported", uow.network_id, narrowed=which)


def lines_of(units: Units, asked: AuditQuery) -> Iterator[bytes]:
    """Give the file piece by piece, newest line first."""
    return pieces_of(COLUMNS, pages(units, partial(_page, asked.model_copy(update={"limit": BATCH}))))


def _page(asked: AuditQuery, uow: UnitOfWork, after: str | None) -> AuditPage:
    return audit_log(uow, asked.model_copy(update={"after": after}))


def _document(fields: dict[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False) if fields else ""
