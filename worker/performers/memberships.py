"""Do what time has made due about a membership: each step in a transaction of its own."""

from kernel.auth import Identity
from kernel.database import Database
from kernel.work import Claim, Performer, Result
from services.billing.agenda.run import take_step
from services.billing.models import MembershipAgenda

STEPS = 50  # a turn; more than any membership has ever missed


def go_through(home: Database, mine: Claim) -> Result:
    """Take step after step until nothing is due; safe to run twice, or to be ended at any line."""
    last = None
    for _turn in range(STEPS):
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            last = take_step(uow, mine, last)
        if last is None:
            return Result("done")
    return Result("later", "More was due than a turn can do.")


membership = Performer(kind="membership", home="billing", model=MembershipAgenda, perform=go_through)
