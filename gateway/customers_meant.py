"""Whom a search in a list of billing's or of sites means: neither knows names and addresses."""

from typing import TypeVar

from kernel.clients import Bound
from kernel.contracts.customers import CustomersQuery
from kernel.contracts.invoices import InvoicesNarrowed, InvoicesQuery
from kernel.contracts.memberships import MembershipsNarrowed, MembershipsQuery
from kernel.contracts.payments import PaymentsNarrowed, PaymentsQuery
from kernel.contracts.people import MOST_CUSTOMERS
from kernel.contracts.sites_list import SitesNarrowed, SitesQuery
from kernel.short_numbers import number_in

N = TypeVar(
    "N",
    PaymentsNarrowed,
    PaymentsQuery,
    MembershipsNarrowed,
    MembershipsQuery,
    InvoicesNarrowed,
    InvoicesQuery,
    SitesNarrowed,
    SitesQuery,
)


def with_customers(services: Bound, asked: N) -> N:
    """Return what is asked for with the customers whom its words find; a number finds none of them."""
    words = asked.q.strip()
    if asked.customers or not words or number_in(words) is not None:
        return asked
    found = services.customers.list_customers(CustomersQuery(q=words, limit=MOST_CUSTOMERS)).items
    return asked.model_copy(update={"customers": ",".join(str(customer.id) for customer in found)})
