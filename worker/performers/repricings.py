"""Give running memberships the new price of their product: batch by batch, a turn at a time."""

from datetime import timedelta
from time import monotonic

from kernel.auth import Identity
from kernel.database import Database
from kernel.work import Claim, Performer, Result, finish, go_on, hold
from services.billing.models import Repricing
from services.billing.products.repricing import advance

TURN = 4.0  # seconds; then other work gets the thread
LEASE = timedelta(seconds=60)


def carry_on(home: Database, mine: Claim) -> Result:
    """Do a turn of the order; each batch is one transaction with the order's progress and its lease."""
    until = monotonic() + TURN
    with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
        orderer = uow.get(Repricing, mine.id).identity()
    while True:
        with home.unit_of_work(orderer) as uow:
            if not advance(uow, uow.get(Repricing, mine.id, lock=True)):
                finish(uow, Repricing, mine)
                return Result("done")
            if monotonic() > until:
                go_on(uow, Repricing, mine)
                return Result("done")
            hold(uow, Repricing, mine, LEASE)


repricing = Performer(kind="repricing", home="billing", model=Repricing, perform=carry_on, lease=LEASE)
