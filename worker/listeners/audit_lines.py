"""A line of the audit log out of an event."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.events import Recorded
from kernel.database import UnitOfWork
from services.customers.models import AuditLine


def write_line(uow: UnitOfWork, recorded: Recorded, action: str, object_id: UUID, **more: Any) -> None:
    """Write the line under the event's own id and time; whoever reads the log anew finds it there."""
    known: dict[str, Any] = {"impersonator": recorded.impersonator, "before": {}, "after": {}, "details": {}}
    line = known | more | {"action": action, "object_id": object_id}
    written = insert(AuditLine).values(
        id=recorded.id,
        network_id=recorded.network_id,
        at=recorded.occurred_at,
        actor=recorded.actor,
        **line,
    )
    uow.session.execute(written.on_conflict_do_nothing(index_elements=["id"]))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return ``before`` and ``after`` of a line: the fields that are others now, or were not there before."""
    changed = [name for name in after if name not in before or before[name] != after[name]]
    return {
        "before": {name: before[name] for name in changed if name in before},
        "after": {name: after[name] for name in changed},
    }
