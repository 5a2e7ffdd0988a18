"""What customers are called who stand on other services' lists."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from kernel.contracts.people import People, Person
from kernel.database import UnitOfWork
from kernel.prepared import Prepared
from services.customers.models import Account, Customer
from services.customers.profiles.names import display_name

PEOPLE = Prepared(
    select(
        Customer.id,
        Customer.number,
        Account.first_name,
        Account.last_name,
        Customer.billing_company,
        Account.username,
        Account.email,
    )
    .join(Account, (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id))
    .where(Customer.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
)


def people(uow: UnitOfWork, ids: Sequence[UUID]) -> People:
    """Return those of these customers who are there; one statement."""
    rows = PEOPLE.all(uow, ids=list(ids))
    return People(
        items=[
            Person(
                id=row.id,
                number=row.number,
                name=display_name(row.first_name, row.last_name, row.billing_company, row.username),
                email=row.email,
            )
            for row in rows
        ]
    )
