"""Former customers: the buyers of payments that stay, forgotten when the law no longer wants them."""

import structlog
from sqlalchemy import delete

from kernel import clock
from kernel.database import Database
from services.customers.models import FormerCustomer

log = structlog.get_logger()


def forget_former_customers(database: Database) -> int:
    """Delete the buyers, of whatever network, whose years are over; return how many."""
    over = delete(FormerCustomer).where(FormerCustomer.keep_until < clock.now().date())
    with database.across_networks("former customers whose years are over") as session:
        gone = session.scalars(over.returning(FormerCustomer.customer_id)).all()
    if gone:
        log.info("former customers forgotten", number=len(gone))
    return len(gone)
