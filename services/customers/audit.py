"""The audit log: who did what to whom, in the transaction in which it was done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import origin
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.customers.models import AuditLine


def note(
    uow: UnitOfWork,
    action: str,
    object_id: UUID,
    *,
    before: Mapping[Any, Any] | None = None,
    after: Mapping[Any, Any] | None = None,
    **details: Any,
) -> None:
    """Write the line now, before what it tells of is changed.

    ``before`` and ``after`` hold the fields that change, ``{"email": "a@shop.example"}``; secrets and
    tokens are never among them.
    """
    line = AuditLine(
        id=new_id(),
        at=uow.now,
        actor=uow.identity.actor,
        impersonator=uow.identity.impersonator,
        action=action,
        ip=origin.address(),
        object_id=object_id,
        before=dict(before or {}),
        after=dict(after or {}),
        details=details,
    )
    uow.add(line)
    uow.session.flush()
