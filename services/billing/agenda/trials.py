"""End a trial of something that costs nothing; one that is paid for ends with its payment, or on hold."""

from datetime import datetime

from kernel.database import UnitOfWork
from kernel.errors import N_
from services.billing.agenda.renewals import go_on
from services.billing.memberships.lifecycle import change_status
from services.billing.models import Membership

COSTS_NOTHING = N_("The trial is over, and there is nothing to pay.")


def end_trial(uow: UnitOfWork, membership: Membership, ends_at: datetime) -> None:
    """Let the membership go on as an active one, from when its trial ended."""
    go_on(uow, membership, ends_at)
    change_status(uow, membership.id, "active", reason=COSTS_NOTHING)
