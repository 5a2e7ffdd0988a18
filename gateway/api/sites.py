"""The network and its sites."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.sites import CustomerSites, Network, Site


@blueprint.get("/network")
@operation(scope="sites.view", answers=Network)
def network() -> Network:
    """The network the key belongs to."""
    return api_services().sites.network()


@blueprint.get("/customers/<uuid:customer_id>/sites")
@operation(scope="sites.view", answers=CustomerSites)
def customer_sites(customer_id: UUID) -> CustomerSites:
    """A customer's newest sites."""
    return api_services().sites.customer_sites(customer_id)


@blueprint.get("/sites/<uuid:site_id>")
@operation(scope="sites.view", answers=Site)
def site(site_id: UUID) -> Site:
    """One site, with its pages and domains."""
    return api_services().sites.site(site_id)
