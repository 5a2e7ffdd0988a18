"""What waits for a verified e-mail address: billing's and sites' copies, and what starts when they change."""

from uuid import UUID

from kernel.bulk import waiting
from kernel.contracts.events import (
    CustomerBillingHandedOver,
    CustomerDeleted,
    CustomerRegistered,
    CustomerSitesHandedOver,
    EmailVerified,
    MembershipStarted,
    NetworkSettingsChanged,
    Recorded,
    VerificationChanged,
)
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.billing.memberships import waiting as billing
from services.billing.memberships.lifecycle import leave_pending, start_waiting
from services.sites import waiting as sites

verification_in_billing = Listener("verification_in_billing", home="billing", start="beginning")
verification_in_sites = Listener("verification_in_sites", home="sites", start="beginning")


@verification_in_billing.to(NetworkSettingsChanged)
def copy_policy(uow: UnitOfWork, event: NetworkSettingsChanged, _recorded: Recorded) -> None:
    """Write the policy down; under another one, other memberships wait."""
    if billing.note_policy(uow, event.settings.verification):
        start_waiting(uow)


@verification_in_billing.to(CustomerRegistered)
def copy_newcomer(uow: UnitOfWork, event: CustomerRegistered, _recorded: Recorded) -> None:
    """Write the customer down, with the others of the batch, at the end of its transaction."""
    waiting(uow, _write_newcomers).append(event)


def _write_newcomers(uow: UnitOfWork, told: list[CustomerRegistered]) -> None:
    """A membership that began before we knew its customer may go on."""
    newcomers = {event.customer_id: event.verification for event in told}
    for customer_id in billing.note_newcomers(uow, newcomers):
        start_waiting(uow, customer_id)


@verification_in_billing.to(VerificationChanged)
def copy_status(uow: UnitOfWork, event: VerificationChanged, _recorded: Recorded) -> None:
    """Write the status down. Of ``verified`` more is said; with ``none`` nobody asks any more."""
    billing.note_status(uow, event.customer_id, event.status)
    if event.status == "none":
        start_waiting(uow, event.customer_id)


@verification_in_billing.to(EmailVerified)
def start_or_leave(uow: UnitOfWork, event: EmailVerified, _recorded: Recorded) -> None:
    """Start what waited, or leave it pending for somebody to start, as the admin wished."""
    if event.starts_memberships:
        start_waiting(uow, event.customer_id)
    else:
        leave_pending(uow, event.customer_id)


@verification_in_billing.to(CustomerBillingHandedOver)
def start_for_heir(uow: UnitOfWork, event: CustomerBillingHandedOver, _recorded: Recorded) -> None:
    """Start what waited for an address, and belongs to somebody now whose own is verified."""
    start_waiting(uow, event.heir_id)


@verification_in_billing.to(CustomerDeleted)
def forget_customer(uow: UnitOfWork, event: CustomerDeleted, _recorded: Recorded) -> None:
    """Forget who is gone; all that was ever told of him was heard before, some of it in this very batch."""
    _unwrite(waiting(uow, _write_newcomers), event.customer_id)
    billing.forget(uow, event.customer_id)


@verification_in_sites.to(NetworkSettingsChanged)
def open_under_policy(uow: UnitOfWork, _event: NetworkSettingsChanged, _recorded: Recorded) -> None:
    """Open what waits no longer, if the policy is another now; the sites service has it already."""
    sites.open_waiting(uow)


@verification_in_sites.to(CustomerRegistered)
def copy_owner(uow: UnitOfWork, event: CustomerRegistered, _recorded: Recorded) -> None:
    """Write the customer down, with the others of the batch, at the end of its transaction."""
    waiting(uow, _write_owners).append(event)


def _write_owners(uow: UnitOfWork, told: list[CustomerRegistered]) -> None:
    """A site that was made before we knew its owner may open."""
    for customer_id in sites.note_newcomers(uow, {event.customer_id: event.verification for event in told}):
        sites.open_waiting(uow, customer_id=customer_id)


@verification_in_sites.to(MembershipStarted)
def copy_membership(uow: UnitOfWork, event: MembershipStarted, _recorded: Recorded) -> None:
    """Write down whether it is free, with the others of the batch."""
    waiting(uow, _write_memberships).append(event)


def _write_memberships(uow: UnitOfWork, told: list[MembershipStarted]) -> None:
    """A site that was made before we knew may open."""
    for membership_id in sites.note_memberships(uow, {event.membership_id: event.is_free for event in told}):
        sites.open_waiting(uow, membership_id=membership_id)


@verification_in_sites.to(VerificationChanged)
def copy_owners_status(uow: UnitOfWork, event: VerificationChanged, _recorded: Recorded) -> None:
    """Write the status down. Of ``verified`` more is said; with ``none`` nobody asks any more."""
    sites.note_status(uow, event.customer_id, event.status)
    if event.status == "none":
        sites.open_waiting(uow, customer_id=event.customer_id)


@verification_in_sites.to(EmailVerified)
def open_sites(uow: UnitOfWork, event: EmailVerified, _recorded: Recorded) -> None:
    """Open what waited, whether memberships start or not."""
    sites.open_waiting(uow, customer_id=event.customer_id)


@verification_in_sites.to(CustomerSitesHandedOver)
def open_for_heir(uow: UnitOfWork, event: CustomerSitesHandedOver, _recorded: Recorded) -> None:
    """Open what waited for an address, and belongs to somebody now whose own is verified."""
    sites.open_waiting(uow, customer_id=event.heir_id)


@verification_in_sites.to(CustomerDeleted)
def forget_owner(uow: UnitOfWork, event: CustomerDeleted, _recorded: Recorded) -> None:
    """Forget who is gone; all that was ever told of him was heard before, some of it in this very batch."""
    _unwrite(waiting(uow, _write_owners), event.customer_id)
    sites.forget(uow, event.customer_id)


def _unwrite(newcomers: list[CustomerRegistered], customer_id: UUID) -> None:
    newcomers[:] = [one for one in newcomers if one.customer_id != customer_id]
