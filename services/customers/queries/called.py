"""What those are called now whose ids stand in the audit log or an event."""

from uuid import UUID

from sqlalchemy import Select, literal, select, union_all

from kernel.contracts.audit import Kind
from kernel.database import UnitOfWork
from services.customers.models import Account, ApiKey, Customer
from services.customers.profiles.names import display_name

Names = dict[UUID, tuple[Kind, str]]
GONE: tuple[Kind, str] = ("", "")


def names_of(uow: UnitOfWork, mentioned: set[UUID]) -> Names:
    """Return what the accounts, customers and API keys among these ids are called now; one statement."""
    if not mentioned:
        return {}
    rows = uow.session.execute(union_all(*_named(mentioned))).all()
    return {
        row.id: (row.kind, display_name(row.first_name, row.last_name, row.company, row.otherwise))
        for row in rows
    }


def _named(mentioned: set[UUID]) -> list[Select[UUID, str, str, str, str, str]]:
    nothing = literal("")
    accounts = select(
        Account.id, literal("account").label("kind"), Account.first_name, Account.last_name,
        nothing.label("company"), Account.username.label("otherwise"),
    )  # fmt: skip
    same = (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id)
    customers = select(
        Customer.id, literal("customer"), Account.first_name, Account.last_name,
        Customer.billing_company, Account.username,
    ).join(Account, same)  # fmt: skip
    keys = select(ApiKey.id, literal("api_key"), nothing, nothing, nothing, ApiKey.name)
    return [
        accounts.where(Account.id.in_(mentioned)),
        customers.where(Customer.id.in_(mentioned)),
        keys.where(ApiKey.id.in_(mentioned)),
    ]
