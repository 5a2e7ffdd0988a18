"""Who is online: whose pages asked for something within the last three minutes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update

from kernel.database import UnitOfWork
from services.customers.models import Customer

ONLINE_FOR = timedelta(minutes=3)
NOTED_EVERY = timedelta(minutes=1)


def online_since(now: datetime) -> datetime:
    """Return since when somebody must have been seen to be online."""
    return now - ONLINE_FOR


def seen(uow: UnitOfWork) -> None:
    """Note that the customer behind the request is here; an admin in his place is not him."""
    if uow.identity.is_visiting:
        return
    due = or_(Customer.last_seen_at.is_(None), Customer.last_seen_at < uow.now - NOTED_EVERY)
    noted = update(Customer).where(Customer.account_id == uow.identity.account_id, due)
    uow.session.execute(noted.values(last_seen_at=uow.now, modified_at=Customer.modified_at))


def gone(uow: UnitOfWork, account_id: UUID | None) -> None:
    """Let the customer no longer count as online, from now on."""
    left = update(Customer).where(Customer.account_id == account_id)
    uow.session.execute(left.values(last_seen_at=None, modified_at=Customer.modified_at))
