"""Memberships with their people: whom a search means, and the file with their names.

Billing knows no names and no addresses, so the gateway asks the one and tells the other.
"""

from collections.abc import Iterator
from typing import TypeVar

from gateway.named_files import named_file
from kernel.clients import Bound
from kernel.contracts.customers import CustomersQuery
from kernel.contracts.memberships import (
    MOST_CUSTOMERS,
    MembershipsList,
    MembershipsNarrowed,
    MembershipsQuery,
)

N = TypeVar("N", bound=MembershipsNarrowed)


def found_memberships(services: Bound, asked: MembershipsQuery) -> MembershipsList:
    """Return a page of memberships; words that are no number mean customers."""
    return services.billing.memberships(_with_customers(services, asked))


def named_memberships(services: Bound, asked: MembershipsNarrowed) -> Iterator[bytes]:
    """Give the file of memberships, with names. Raises at once when it cannot begin."""
    return named_file(services, services.billing.export_memberships(_with_customers(services, asked)))


def _with_customers(services: Bound, asked: N) -> N:
    words = asked.q.strip()
    if asked.customers or not words or words.removeprefix("#").isdecimal():
        return asked
    found = services.customers.list_customers(CustomersQuery(q=words, limit=MOST_CUSTOMERS)).items
    return asked.model_copy(update={"customers": ",".join(str(customer.id) for customer in found)})
