"""Whether somebody still owes the network a second factor; asked with every standing."""

from uuid import UUID

from sqlalchemy import and_, exists, select

from kernel.database import UnitOfWork
from services.customers.models import Account, Network, SecondFactor

FACTOR_IS_MISSING = and_(
    Account.role.is_not(None),
    exists().where(Network.network_id == Account.network_id, Network.requires_second_factor),
    ~exists().where(
        SecondFactor.network_id == Account.network_id,
        SecondFactor.account_id == Account.id,
        SecondFactor.confirmed_at.is_not(None),
    ),
)
"""Of an account in a statement: it has a role, the network asks for a factor, and it has none."""


def factor_is_missing(uow: UnitOfWork, account_id: UUID) -> bool:
    """Whether this account must set a second factor up before anything else."""
    return bool(uow.session.scalar(select(FACTOR_IS_MISSING).where(Account.id == account_id)))


def is_required(uow: UnitOfWork) -> bool:
    """Whether the network asks its admins for a second factor."""
    return bool(uow.session.scalar(select(Network.requires_second_factor)))
