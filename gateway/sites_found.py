"""Sites with their owners: whom a search means, and the file with their names in it."""

from collections.abc import Iterator

from gateway.customers_meant import with_customers
from gateway.named_files import named_file
from kernel.clients import Bound
from kernel.contracts.sites_list import SitesList, SitesNarrowed, SitesQuery


def found_sites(services: Bound, asked: SitesQuery) -> SitesList:
    """Return a page of sites; words may mean their owners too."""
    return services.sites.list_sites(with_customers(services, asked))


def site_rows(services: Bound, asked: SitesNarrowed) -> Iterator[bytes]:
    """Give the file of sites, with a name and an address beside each owner's id.

    Raises at once when it cannot begin. A hundred rows at a time are held, however many there are.
    """
    return named_file(services, services.sites.export_sites(with_customers(services, asked)))
