"""The short numbers that people see, without gaps being promised."""

from sqlalchemy.dialects.postgresql import insert

from kernel.database import UnitOfWork
from services.customers.models import NumberSequence


def allocate(uow: UnitOfWork, name: str, count: int = 1) -> range:
    """Return the next ``count`` numbers of the network under ``name``, counted from 1.

    The row lock is held until the transaction ends, so nobody gets a number twice.
    """
    first = insert(NumberSequence).values(network_id=uow.network_id, name=name, last=count)
    taken = first.on_conflict_do_update(
        index_elements=["network_id", "name"], set_={"last": NumberSequence.last + count}
    )
    last = uow.session.scalar(taken.returning(NumberSequence.last))
    if last is None:
        raise LookupError(f"PostgreSQL gave no number for {name}.")
    return range(last - count + 1, last + 1)
