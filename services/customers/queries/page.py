"""The customer page: all that this service knows of one customer, in five statements."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, ScalarSelect, bindparam, select

from kernel import clock
from kernel.contracts import customers as contracts
from kernel.database import UnitOfWork
from kernel.prepared import Prepared
from services.customers.models import Account, Customer, CustomerFacts, Deletion
from services.customers.queries.custom_fields import active_definitions, read_definitions
from services.customers.queries.deletions import missing_customer
from services.customers.queries.mails import latest_mails
from services.customers.queries.notes import notes
from services.customers.queries.rows import COLUMNS, row_of
from services.customers.queries.sign_ins import latest_sign_ins
from services.customers.queries.timeline import timeline

LINES = 10
NOTES = 5


def _running_deletion() -> ScalarSelect[UUID]:
    same = (Deletion.network_id == Customer.network_id) & (Deletion.customer_id == Customer.id)
    return select(Deletion.id).where(same, Deletion.state == "running").scalar_subquery()


# The company is among COLUMNS already: rows are called by it.
BILLING = [
    getattr(Customer, f"billing_{name}") for name in contracts.BillingInfo.model_fields if name != "company"
]
CUSTOMER = Prepared(
    select(
        *COLUMNS,
        *BILLING,
        Customer.account_id,
        Customer.phone,
        Customer.unreachable_reason,
        Customer.modified_at,
        Customer.version,
        Account.locale,
        Account.time_zone,
        Account.role,
        Account.is_active,
        _running_deletion().label("deletion_id"),
        active_definitions().label("definitions"),
        Account.locked_until,
        Account.last_sign_out_at,
    )
    .join(Account, (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id))
    .join(
        CustomerFacts,
        (CustomerFacts.network_id == Customer.network_id) & (CustomerFacts.customer_id == Customer.id),
    )
    .where(Customer.id == bindparam("customer_id"))
)


def customer_page(uow: UnitOfWork, customer_id: UUID) -> contracts.Customer:
    """Return the customer with his facts, latest sign-ins and latest timeline. Raises NotFound."""
    found = CUSTOMER.one_or_none(uow, customer_id=customer_id)
    if found is None:
        raise missing_customer(uow, customer_id)
    fields = read_definitions(found.definitions)
    latest = timeline(uow, about=customer_id, limit=LINES)
    return contracts.Customer(
        **dict(row_of(found, uow.now, fields)),
        custom_fields=fields,
        account_id=found.account_id,
        first_name=found.first_name,
        last_name=found.last_name,
        phone=found.phone,
        locale=found.locale,
        time_zone=found.time_zone,
        role=found.role,
        is_active=found.is_active,
        deletion_id=found.deletion_id,
        unreachable_reason=found.unreachable_reason,
        locked_until=clock.ahead(found.locked_until, uow.now),
        last_sign_out_at=found.last_sign_out_at,
        modified_at=found.modified_at,
        version=found.version,
        billing=_billing(found),
        sign_ins=latest_sign_ins(uow, found.account_id),
        timeline=latest.items,
        timeline_after=latest.after,
        notes=notes(uow, customer_id, limit=NOTES),
        mails=latest_mails(uow, customer_id),
    )


def _billing(found: Row[Any]) -> contracts.BillingInfo:
    fields = contracts.BillingInfo.model_fields
    return contracts.BillingInfo(**{name: getattr(found, f"billing_{name}") for name in fields})
