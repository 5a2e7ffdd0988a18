"""Memberships with their people: whom a search means, and the file with their names.

Billing knows no names and no addresses, so the gateway asks the one and tells the other.
"""

from collections.abc import Iterator

from gateway.customers_meant import with_customers
from gateway.named_files import named_file
from kernel.clients import Bound
from kernel.contracts.memberships import (
    MembershipsList,
    MembershipsNarrowed,
    MembershipsQuery,
)


def found_memberships(services: Bound, asked: MembershipsQuery) -> MembershipsList:
    """Return a page of memberships; words that are no number mean customers."""
    return services.billing.memberships(with_customers(services, asked))


def named_memberships(services: Bound, asked: MembershipsNarrowed) -> Iterator[bytes]:
    """Give the file of memberships, with names. Raises at once when it cannot begin."""
    return named_file(services, services.billing.export_memberships(with_customers(services, asked)))
