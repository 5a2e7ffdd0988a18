"""What a changed definition means for the customers who have a value: due work, some at a time."""

from sqlalchemy import select

from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.customers.models import Account, Customer, FieldUpkeep
from services.customers.profiles.search_words import reword

BATCH = 500


def forget(uow: UnitOfWork, key: str) -> None:
    """Have the values of a deleted field taken from every customer."""
    _ask_for(uow, FieldUpkeep(id=new_id(), key=key, forgets=True))


def find_anew(uow: UnitOfWork, key: str) -> None:
    """Have every customer with a value found by the words that it gives now."""
    _ask_for(uow, FieldUpkeep(id=new_id(), key=key, forgets=False))


def keep_up(uow: UnitOfWork, work: FieldUpkeep) -> bool:
    """Do it for the next customers; False when there are none left. Safe to run twice, or half."""
    found = (
        select(Account, Customer)
        .join(Account, (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id))
        .where(Customer.custom.has_key(work.key))
        .order_by(Customer.id)
        .limit(BATCH)
        .with_for_update(of=Customer)
    )
    if work.reached is not None:
        found = found.where(Customer.id > work.reached)
    some = [(account, customer) for account, customer in uow.session.execute(found)]
    if not some:
        return False
    if work.forgets:
        for _account, customer in some:
            customer.custom = {key: value for key, value in customer.custom.items() if key != work.key}
    reword(uow, some)
    work.reached = some[-1][1].id
    return True


def _ask_for(uow: UnitOfWork, work: FieldUpkeep) -> None:
    uow.add(work)
    uow.ring("field_upkeep", work.id)
