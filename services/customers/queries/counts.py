"""What stands around the list: how many customers each tab holds, and the custom fields of the network.

Triggers keep the sums, so nothing is counted here but who is online.
"""

from sqlalchemy import cast, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import JSONB

from kernel.contracts.custom_fields import CustomField
from kernel.contracts.customers import TabCounts
from kernel.database import UnitOfWork
from kernel.prepared import Prepared
from services.customers.models import Customer, CustomerCount
from services.customers.queries.custom_fields import active_definitions, read_definitions
from services.customers.queries.narrowing import ONLINE_SINCE
from services.customers.sign_ins.sightings import online_since

NO_FIELDS = cast(null(), JSONB)
KEPT = select(
    CustomerCount.tab, func.sum(CustomerCount.amount).label("amount"), NO_FIELDS.label("fields")
).group_by(CustomerCount.tab)
ONLINE = select(literal("online"), func.count(), NO_FIELDS).where(Customer.last_seen_at > ONLINE_SINCE)
FIELDS = select(literal("fields"), literal(0), active_definitions())
COUNTS = Prepared(union_all(KEPT, ONLINE, FIELDS))


def around_the_list(uow: UnitOfWork) -> tuple[TabCounts, list[CustomField]]:
    """Return the count of each tab, and the network's custom fields; one statement."""
    counted = COUNTS.all(uow, online_since=online_since(uow.now))
    found = {row.tab: int(row.amount) for row in counted}
    counts = TabCounts(
        all=found.get("all", 0),
        vip=found.get("vip", 0),
        online=found.get("online", 0),
        unverified=found.get("unverified", 0),
    )
    return counts, [field for row in counted for field in read_definitions(row.fields or ())]


def tab_counts(uow: UnitOfWork) -> TabCounts:
    """Return the count of each tab; one statement."""
    return around_the_list(uow)[0]
