"""Follow a changed custom field up on every customer who has a value."""

from kernel.auth import Identity
from kernel.database import Database
from kernel.work import Claim, Performer, Result, finish, hold
from services.customers.custom_fields.upkeep import keep_up
from services.customers.models import FieldUpkeep


def follow_up(home: Database, mine: Claim) -> Result:
    """Go from customer to customer, a batch a transaction; killed anywhere, it goes on where it was."""
    while True:
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            if not keep_up(uow, uow.get(FieldUpkeep, mine.id)):
                finish(uow, FieldUpkeep, mine)
                return Result("done")
            hold(uow, FieldUpkeep, mine)


field_upkeep = Performer(kind="field_upkeep", home="customers", model=FieldUpkeep, perform=follow_up)
