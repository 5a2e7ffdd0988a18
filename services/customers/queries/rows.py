"""A customer as lists show him: the columns it takes, and the contract they become."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from kernel.contracts.custom_fields import CustomField
from kernel.contracts.customers import CustomerRow
from kernel.contracts.money import Money
from services.customers.models import Account, Customer, CustomerFacts
from services.customers.profiles.names import display_name
from services.customers.sign_ins.sightings import online_since

COLUMNS = (
    Customer.id,
    Customer.number,
    Account.first_name,
    Account.last_name,
    Customer.billing_company,
    Account.email,
    Account.username,
    Customer.is_vip,
    Customer.verification,
    Customer.unreachable_since,
    Customer.last_sign_in_at,
    Customer.last_seen_at,
    Customer.created_at,
    CustomerFacts.memberships,
    CustomerFacts.sites,
    CustomerFacts.spent,
    Customer.custom,
)


def row_of(found: Row[Any], now: datetime, fields: Sequence[CustomField] = ()) -> CustomerRow:
    """Return the contract of a row with COLUMNS; of its custom values those of the ``fields``."""
    return CustomerRow(
        id=found.id,
        number=found.number,
        name=display_name(found.first_name, found.last_name, found.billing_company, found.username),
        email=found.email,
        username=found.username,
        is_vip=found.is_vip,
        verification=found.verification,
        unreachable_since=found.unreachable_since,
        last_sign_in_at=found.last_sign_in_at,
        is_online=is_online(found.last_seen_at, now),
        created_at=found.created_at,
        memberships=found.memberships,
        sites=found.sites,
        spent=spent_of(found.spent),
        custom={field.key: found.custom[field.key] for field in fields if field.key in found.custom},
    )


def is_online(last_seen_at: datetime | None, now: datetime) -> bool:
    """Whether somebody last seen then is here now."""
    return last_seen_at is not None and last_seen_at > online_since(now)


def spent_of(spent: dict[str, int]) -> tuple[Money, ...]:
    """Return what was spent in each currency, without those in which nothing is left."""
    return tuple(Money(amount=amount, currency=code) for code, amount in sorted(spent.items()) if amount)
