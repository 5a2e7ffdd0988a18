"""Former customers: the buyers of payments that stay, forgotten when the law no longer wants them."""

import structlog
from sqlalchemy import ColumnElement, delete, exists

from kernel import clock
from kernel.database import Database
from services.customers.models import Customer, FormerCustomer, InvoiceBuyer

log = structlog.get_logger()


def forget_former_customers(database: Database) -> int:
    """Delete the buyers, of whatever network, whose years are over; return how many customers that were.

    Of who still is a customer, his invoices go on naming him.
    """
    over = delete(FormerCustomer).where(FormerCustomer.keep_until < clock.now().date())
    with database.across_networks("former customers whose years are over") as session:
        gone = session.scalars(over.returning(FormerCustomer.customer_id)).all()
        buyers = session.scalars(
            delete(InvoiceBuyer)
            .where(InvoiceBuyer.keep_until < clock.now().date(), ~_is_customer())
            .returning(InvoiceBuyer.id)
            .execution_options(synchronize_session=False)
        ).all()
    if buyers:
        log.info("buyers of invoices forgotten", number=len(buyers))
    if gone:
        log.info("former customers forgotten", number=len(gone))
    return len(gone)


def _is_customer() -> ColumnElement[bool]:
    return exists().where(
        Customer.network_id == InvoiceBuyer.network_id, Customer.id == InvoiceBuyer.customer_id
    )
