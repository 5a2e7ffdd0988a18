"""Do what was ordered for many customers: batch by batch, a turn at a time."""

from datetime import timedelta
from time import monotonic

from kernel.auth import Identity
from kernel.database import Database
from kernel.work import Claim, Performer, Result, finish, go_on, hold
from services.customers.jobs.lifecycle import KIND, advance
from services.customers.models import Job

TURN = 4.0  # seconds; then other work gets the thread
LEASE = timedelta(seconds=60)
TIMEOUT = 120_000  # milliseconds; whom it is done to is gathered in one statement


def carry_on(home: Database, mine: Claim) -> Result:
    """Do a turn of the job; each batch is one transaction with the job's progress and its lease."""
    until = monotonic() + TURN
    identity = _orderer(home, mine)
    while True:
        with home.unit_of_work(identity, timeout=TIMEOUT) as uow:
            has_more = advance(uow, uow.get(Job, mine.id, lock=True))
            if not has_more:
                finish(uow, Job, mine)
                return Result("done")
            if monotonic() > until:
                go_on(uow, Job, mine)
                return Result("done")
            hold(uow, Job, mine, LEASE)


def _orderer(home: Database, mine: Claim) -> Identity:
    with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
        return uow.get(Job, mine.id).identity()


job = Performer(kind=KIND, home="customers", model=Job, perform=carry_on, lease=LEASE)
