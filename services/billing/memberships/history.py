"""The history of a membership: every change of it, with who made it, what was before, and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.contracts.common import Contract
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.models import Membership, MembershipChange


class ChangedMeanwhile(Conflict):
    """The membership is not the one any more that the caller has seen."""


def record(
    uow: UnitOfWork,
    membership: Membership,
    *,
    act: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write a line; the membership has another version then. Values: text, numbers, times, ids, None."""
    membership.version += 1
    membership.modified_at = uow.now
    uow.add(
        MembershipChange(
            id=new_id(),
            membership_id=membership.id,
            at=uow.now,
            actor=uow.identity.actor,
            impersonator=uow.identity.impersonator,
            act=act,
            before=_as_json(before or {}),
            after=_as_json(after or {}),
            reason=reason,
        )
    )


def require_version(membership: Membership, seen: list[int] | None) -> None:
    """Let nobody change what he has not seen. Raises ChangedMeanwhile."""
    if seen is not None and membership.version not in seen:
        raise ChangedMeanwhile(N_("Somebody or something changed this membership meanwhile. Look again."))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return of two states of the same fields those that differ, before and after."""
    changed = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in changed}, {name: after[name] for name in changed}


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Contract):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
