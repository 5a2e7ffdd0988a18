"""What customers are called on the lists of other services, a page's worth in one call."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract

MOST_CUSTOMERS = 100
"""Customers whom a search in one of billing's lists may mean."""

MOST = 100


class PeopleAsked(Contract):
    """``POST /v1/customers/people``: whom the rows of a page are about."""

    ids: Annotated[tuple[UUID, ...], Field(max_length=MOST)]


class Person(Contract):
    """A customer as a row names him."""

    id: UUID
    number: int
    name: str
    email: str


class People(Contract):
    """Those who are there; who was deleted is missing."""

    items: list[Person]
