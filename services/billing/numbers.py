"""Give out the short numbers that people read."""

from sqlalchemy.dialects.postgresql import insert

from kernel.database import UnitOfWork
from services.billing.models import NumberSequence


def next_number(uow: UnitOfWork, name: str) -> int:
    """Return the network's next number for ``name`` (``membership``, ``payment``), from 1 without gaps.

    Others who want one wait until this transaction is over; a rollback gives the number back.
    """
    statement = (
        insert(NumberSequence)
        .values(network_id=uow.network_id, name=name, last=1)
        .on_conflict_do_update(
            index_elements=[NumberSequence.network_id, NumberSequence.name],
            set_={"last": NumberSequence.last + 1},
        )
        .returning(NumberSequence.last)
    )
    return uow.session.execute(statement).scalar_one()


def hold_numbers(uow: UnitOfWork, name: str) -> None:
    """Let nobody else have a number for ``name`` until this transaction is over; none is given out."""
    row = insert(NumberSequence).values(network_id=uow.network_id, name=name, last=0)
    uow.session.execute(
        row.on_conflict_do_update(
            index_elements=[NumberSequence.network_id, NumberSequence.name],
            set_={"last": NumberSequence.last},
        )
    )
