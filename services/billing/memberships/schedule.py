"""The change that a membership waits for: at most one, until its time is over."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from kernel.contracts.events import MembershipChangeScheduled, MembershipChangeWithdrawn
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.memberships.history import record
from services.billing.models import Membership, ScheduledChange


def scheduled_of(uow: UnitOfWork, membership: Membership) -> ScheduledChange | None:
    """Return the change that is still to come."""
    mine = select(ScheduledChange).where(
        ScheduledChange.membership_id == membership.id, ScheduledChange.state == "scheduled"
    )
    return uow.session.scalar(mine)


def schedule(uow: UnitOfWork, membership: Membership, terms: dict[str, Any], *, due_at: datetime) -> None:
    """Let a change wait; it takes the place of the one that waited before."""
    withdraw_scheduled(uow, membership)
    uow.add(
        ScheduledChange(
            id=new_id(),
            membership_id=membership.id,
            due_at=due_at,
            terms=terms,
            state="scheduled",
            actor=uow.identity.actor,
            created_at=uow.now,
        )
    )
    record(uow, membership, act="schedule change", after={"due_at": due_at} | terms)
    uow.publish(
        MembershipChangeScheduled(
            membership_id=membership.id,
            customer_id=membership.customer_id,
            number=membership.number,
            due_at=due_at,
        )
    )


def withdraw_scheduled(uow: UnitOfWork, membership: Membership) -> bool:
    """Let the change that waits not happen; False when none does."""
    waiting = scheduled_of(uow, membership)
    if waiting is None:
        return False
    waiting.state = "withdrawn"
    uow.session.flush()
    record(uow, membership, act="withdraw change", before={"due_at": waiting.due_at} | waiting.terms)
    uow.publish(
        MembershipChangeWithdrawn(
            membership_id=membership.id, customer_id=membership.customer_id, number=membership.number
        )
    )
    return True
