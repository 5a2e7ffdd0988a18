"""How many customers each tab holds; triggers keep the sums, so nothing is counted here but who is online."""

from sqlalchemy import func, literal, select, union_all

from kernel.contracts.customers import TabCounts
from kernel.database import UnitOfWork
from kernel.prepared import Prepared
from services.customers.models import Customer, CustomerCount
from services.customers.queries.narrowing import ONLINE_SINCE
from services.customers.sightings import online_since

KEPT = select(CustomerCount.tab, func.sum(CustomerCount.amount).label("amount")).group_by(CustomerCount.tab)
ONLINE = select(literal("online"), func.count()).where(Customer.last_seen_at > ONLINE_SINCE)
COUNTS = Prepared(union_all(KEPT, ONLINE))


def tab_counts(uow: UnitOfWork) -> TabCounts:
    """Return the count of each tab; one statement."""
    counted = COUNTS.all(uow, online_since=online_since(uow.now))
    found = {row.tab: int(row.amount) for row in counted}
    return TabCounts(
        all=found.get("all", 0),
        vip=found.get("vip", 0),
        online=found.get("online", 0),
        unverified=found.get("unverified", 0),
    )
