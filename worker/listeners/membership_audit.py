"""What people did with memberships, in the audit log."""

from collections.abc import Callable
from typing import Any

from kernel.auth import id_of_actor
from kernel.contracts.events import (
    MembershipCancellationScheduled,
    MembershipCancellationUndone,
    MembershipChanged,
    MembershipChangeScheduled,
    MembershipChangeWithdrawn,
    MembershipsExported,
    MembershipStarted,
    MembershipStatusChanged,
    MembershipTransferred,
    PendingMembershipsStarted,
    Recorded,
)
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.billing.amounts import in_words
from worker.listeners.audit_lines import write_line

membership_audit = Listener("membership_audit", home="customers", start="beginning")

Noted = (
    MembershipStarted
    | MembershipStatusChanged
    | MembershipChanged
    | MembershipChangeScheduled
    | MembershipChangeWithdrawn
    | MembershipCancellationScheduled
    | MembershipCancellationUndone
    | MembershipTransferred
)
MEMBERSHIP_ACTS: dict[type, str] = {
    MembershipStarted: "membership added",
    MembershipStatusChanged: "membership status changed",
    MembershipChanged: "membership changed",
    MembershipChangeScheduled: "membership change scheduled",
    MembershipChangeWithdrawn: "membership change withdrawn",
    MembershipCancellationScheduled: "membership cancellation scheduled",
    MembershipCancellationUndone: "membership cancellation undone",
    MembershipTransferred: "membership transferred",
}


def _ending(event: MembershipCancellationScheduled) -> dict[str, Any]:
    ends = event.model_dump(mode="json")["cancels_at"]
    return {"cancels_at": ends, "cancel_cause": event.cause, "reason": event.reason}


def _transferred(event: MembershipTransferred) -> dict[str, Any]:
    received = ", ".join(map(in_words, event.received))
    return {"with_sites": event.with_sites, "payments": event.payments, "received": received}


TOLD: dict[type, Callable[[Any], dict[str, Any]]] = {
    MembershipStarted: lambda event: {"product": event.product},
    MembershipStatusChanged: lambda event: {"reason": event.reason},
    MembershipChanged: lambda event: {"product": event.product, "changed": sorted(event.fields)},
    MembershipChangeScheduled: lambda event: {"due_at": event.model_dump(mode="json")["due_at"]},
    MembershipCancellationScheduled: _ending,
    MembershipChangeWithdrawn: lambda _event: {},
    MembershipCancellationUndone: lambda _event: {},
    MembershipTransferred: _transferred,
}
"""What else there is to tell; times as in the log, ``2026-02-28T09:00:00Z``."""


@membership_audit.to(*MEMBERSHIP_ACTS)
def note_membership(uow: UnitOfWork, event: Noted, recorded: Recorded) -> None:
    """Note what a person did with a membership; what follows from time and money stands in its history."""
    if id_of_actor(recorded.actor) is None:
        return
    told = {"membership": event.number} | TOLD[type(event)](event)
    write_line(uow, recorded, MEMBERSHIP_ACTS[type(event)], event.customer_id, details=told, **_change(event))


@membership_audit.to(PendingMembershipsStarted)
def note_start(uow: UnitOfWork, event: PendingMembershipsStarted, recorded: Recorded) -> None:
    """Note that an admin started what had been left pending."""
    told = {"memberships": event.numbers}
    write_line(uow, recorded, "pending memberships started", event.customer_id, details=told)


@membership_audit.to(MembershipsExported)
def note_export(uow: UnitOfWork, event: MembershipsExported, recorded: Recorded) -> None:
    """Note who took memberships along."""
    told = {"narrowed": event.narrowed}
    write_line(uow, recorded, "memberships exported", recorded.network_id, details=told)


def _change(event: Noted) -> dict[str, Any]:
    """Return what was before and after, where the event knows it."""
    if isinstance(event, MembershipStatusChanged):
        return {"before": {"status": event.before}, "after": {"status": event.after}}
    return {}
