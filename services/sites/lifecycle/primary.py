"""Which of a customer's sites is his main one."""

from uuid import UUID

from sqlalchemy import select

from kernel.database import UnitOfWork
from services.sites.models import Site
from services.sites.sites import lock_primary


def choose_primary(uow: UnitOfWork, customer_id: UUID) -> None:
    """Make the oldest of the customer's sites his main one, now that the one before is his no more."""
    lock_primary(uow, customer_id)
    his = select(Site).where(Site.customer_id == customer_id)
    oldest = uow.session.scalar(his.order_by(Site.created_at, Site.id).limit(1).with_for_update())
    if oldest is not None:
        oldest.is_primary = True
