"""End a trial of something that costs nothing; one that is paid for ends with its payment, or on hold."""

from kernel.database import UnitOfWork
from services.billing.memberships import change_status
from services.billing.models import Membership
from services.billing.renewals import new_period
from services.billing.steps import Snapshot


def end_trial(uow: UnitOfWork, membership: Membership, known: Snapshot) -> None:
    """Let the membership go on as an active one, from when its trial ended."""
    period = new_period(uow, membership, known)
    change_status(uow, membership.id, "active")
    membership.expires_at = period.ends_at
    membership.cycles_billed += 1
