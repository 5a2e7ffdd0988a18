"""Whom a search in one of billing's lists means: billing knows no names and no addresses."""

from typing import TypeVar

from kernel.clients import Bound
from kernel.contracts.customers import CustomersQuery
from kernel.contracts.memberships import MembershipsNarrowed, MembershipsQuery
from kernel.contracts.payments import PaymentsNarrowed, PaymentsQuery
from kernel.contracts.people import MOST_CUSTOMERS

N = TypeVar("N", PaymentsNarrowed, PaymentsQuery, MembershipsNarrowed, MembershipsQuery)


def with_customers(services: Bound, asked: N) -> N:
    """Return what is asked for with the customers whom its words find; a number finds none of them."""
    words = asked.q.strip()
    if asked.customers or not words or words.removeprefix("#").isdecimal():
        return asked
    found = services.customers.list_customers(CustomersQuery(q=words, limit=MOST_CUSTOMERS)).items
    return asked.model_copy(update={"customers": ",".join(str(customer.id) for customer in found)})
