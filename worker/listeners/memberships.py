"""What the sites service is told of memberships: how they are now, and whose, with the sites under them."""

from typing import Any

from kernel.bulk import waiting
from kernel.contracts.events import (
    MembershipChanged,
    MembershipExtended,
    MembershipStarted,
    MembershipStatusChanged,
    MembershipTransferred,
    Recorded,
)
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.sites.access.memberships import tell
from services.sites.lifecycle.handing_over import follow_membership

memberships_in_sites = Listener("memberships_in_sites", home="sites", start="beginning")


@memberships_in_sites.to(MembershipStarted)
def note_start(uow: UnitOfWork, event: MembershipStarted, recorded: Recorded) -> None:
    """A new membership, with its status."""
    _tell(uow, event, number=event.number, status=event.status, since=recorded.occurred_at)


@memberships_in_sites.to(MembershipStatusChanged)
def note_status(uow: UnitOfWork, event: MembershipStatusChanged, recorded: Recorded) -> None:
    """Another status."""
    _tell(uow, event, number=event.number, status=event.after, since=recorded.occurred_at)


@memberships_in_sites.to(MembershipExtended, MembershipChanged)
def note_end(uow: UnitOfWork, event: MembershipExtended | MembershipChanged, _recorded: Recorded) -> None:
    """Another end of its time."""
    _tell(uow, event)


@memberships_in_sites.to(MembershipTransferred)
def follow(uow: UnitOfWork, event: MembershipTransferred, _recorded: Recorded) -> None:
    """Another customer's: the sites under it go along, or stay without it."""
    follow_membership(
        uow,
        event.membership_id,
        former_id=event.former_customer_id,
        customer_id=event.customer_id,
        with_sites=event.with_sites,
    )


def _tell(uow: UnitOfWork, event: Any, **facts: object) -> None:
    """Have it written with the others of the batch. What was told before ends were told says none."""
    if "expires_at" in event.model_fields_set:
        facts["expires_at"] = event.expires_at
    waiting(uow, tell).append({"id": event.membership_id, **facts})
