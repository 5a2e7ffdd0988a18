"""Follow a changed custom field up on every customer who has a value."""

from kernel.auth import Identity
from kernel.database import Database
from kernel.errors import N_
from kernel.work import LEASE, Claim, LeaseLost, Performer, Result, finish
from services.customers.field_upkeep import keep_up
from services.customers.models import FieldUpkeep


def follow_up(home: Database, mine: Claim) -> Result:
    """Go from customer to customer, a batch a transaction; killed anywhere, it goes on where it was."""
    while True:
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            work = uow.get(FieldUpkeep, mine.id, lock=True)
            if work.lease_token != mine.token:
                raise LeaseLost(N_("Somebody else took this work over."))
            if not keep_up(uow, work):
                finish(uow, FieldUpkeep, mine)
                return Result("done")
            work.lease_until = uow.now + LEASE


field_upkeep = Performer(kind="field_upkeep", home="customers", model=FieldUpkeep, perform=follow_up)
