"""The words that customers are found by, and the name they are sorted by: true again after a change."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete

from kernel.bulk import insert_rows
from kernel.contracts.custom_fields import CustomField, FieldValue
from kernel.database import UnitOfWork
from services.customers.custom_fields.values import words_in
from services.customers.models import Account, Customer, CustomerWord
from services.customers.profiles.names import Known
from services.customers.queries.custom_fields import all_fields

FOUND_BY = frozenset({"first_name", "last_name", "username", "email", "billing_company"})
"""The fields of which a change makes the words old; the searchable custom ones do so too."""


def known_of(account: Account, *, company: str, number: int, more: tuple[str, ...] = ()) -> Known:
    """Return what a customer is called, from his login, company and number; by ``more`` he is found too."""
    return Known(
        account.first_name, account.last_name, company, account.email, account.username, number, more
    )


def reword(uow: UnitOfWork, renamed: Sequence[tuple[Account, Customer]]) -> None:
    """Let the customers be found and sorted by what they are called now."""
    if not renamed:
        return
    fields = searchable_fields(uow)
    rows: list[dict[str, Any]] = []
    for account, customer in renamed:
        more = texts_of(fields, customer.custom)
        known = known_of(account, company=customer.billing_company, number=customer.number, more=more)
        customer.sort_name = known.sort_name
        rows.extend({"customer_id": str(customer.id), "word": word} for word in known.words)
    old = delete(CustomerWord).where(CustomerWord.customer_id.in_([customer.id for _, customer in renamed]))
    uow.session.execute(old.execution_options(synchronize_session=False))
    insert_rows(uow, CustomerWord, rows)


def searchable_fields(uow: UnitOfWork) -> list[CustomField]:
    """Return the custom fields that customers are found by; those of retired fields are hidden here too."""
    return [field for field in all_fields(uow) if field.is_searchable and field.is_active]


def texts_of(fields: Sequence[CustomField], custom: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """Return what a customer is found by in his values of the fields."""
    return tuple(
        text for field in fields if field.key in custom for text in words_in(field, custom[field.key])
    )
