"""Invoices with their people: whom a search means, and the file with their names.

Billing knows no names and no addresses, so the gateway asks the one and tells the other.
"""

from collections.abc import Iterator

from gateway.customers_meant import with_customers
from gateway.named_files import named_file
from kernel.clients import Bound
from kernel.contracts.invoices import InvoiceList, InvoicesNarrowed, InvoicesQuery


def found_invoices(services: Bound, asked: InvoicesQuery) -> InvoiceList:
    """Return a page of invoices; words may be how a number begins, or mean customers."""
    return services.billing.invoices(with_customers(services, asked))


def named_invoices(services: Bound, asked: InvoicesNarrowed) -> Iterator[bytes]:
    """Give the file of invoices, with names. Raises at once when it cannot begin."""
    return named_file(services, services.billing.export_invoices(with_customers(services, asked)))
