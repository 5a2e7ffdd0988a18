"""The words that customers are found by, and the name they are sorted by: true again after a change."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete

from kernel.database import UnitOfWork
from services.customers.bulk import insert_rows
from services.customers.models import Account, Customer, CustomerWord
from services.customers.names import Known

FOUND_BY = frozenset({"first_name", "last_name", "username", "email", "billing_company"})
"""The fields of which a change makes the words old."""


def known_of(account: Account, *, company: str, number: int) -> Known:
    """Return what a customer is called, from his login, his company and his number."""
    return Known(account.first_name, account.last_name, company, account.email, account.username, number)


def reword(uow: UnitOfWork, renamed: Sequence[tuple[Account, Customer]]) -> None:
    """Let the customers be found and sorted by what they are called now."""
    if not renamed:
        return
    rows: list[dict[str, Any]] = []
    for account, customer in renamed:
        known = known_of(account, company=customer.billing_company, number=customer.number)
        customer.sort_name = known.sort_name
        rows.extend({"customer_id": str(customer.id), "word": word} for word in known.words)
    old = delete(CustomerWord).where(CustomerWord.customer_id.in_([customer.id for _, customer in renamed]))
    uow.session.execute(old.execution_options(synchronize_session=False))
    insert_rows(uow, CustomerWord, rows)
