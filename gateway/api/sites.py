"""The network and its sites."""

from uuid import UUID

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.api.versions import CHANGED, precondition, seen_versions, tag_of
from gateway.downloads import csv_file
from gateway.sites_found import found_sites, site_rows
from kernel.contracts.site_access import SiteAccess
from kernel.contracts.site_terms import SiteChange, SiteClosing, SiteCopy, SiteDeletion, SiteTerms
from kernel.contracts.sites import CustomerSites, Network, Site
from kernel.contracts.sites_list import SitesList, SitesNarrowed, SitesQuery
from kernel.errors import Conflict
from kernel.http import body, query


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


@blueprint.get("/sites")
@operation(scope="sites.view", query=SitesQuery, answers=SitesList)
def sites() -> SitesList:
    """The network's sites, newest first; `q` is the beginning of words of a title, a host or an owner."""
    return found_sites(api_services(), query(SitesQuery))


@blueprint.get("/sites/export")
@operation(scope="sites.view", query=SitesNarrowed, file="text/csv")
def export_sites() -> Response:
    """The sites as a CSV file, newest first."""
    return csv_file(site_rows(api_services(), query(SitesNarrowed)))


@blueprint.get("/sites/<uuid:site_id>/access")
@operation(scope="sites.view", answers=SiteAccess)
def site_access(site_id: UUID) -> SiteAccess:
    """What a site shows now, and why: the answer that its own host uses."""
    return api_services().sites.access(site_id)


@blueprint.get("/sites/<uuid:site_id>")
@operation(scope="sites.view", answers=Site, etag=tag_of)
def site(site_id: UUID) -> Site:
    """One site, with its pages and domains."""
    return api_services().sites.site(site_id)


@blueprint.put("/sites/<uuid:site_id>")
@operation(scope="sites.edit", body=SiteTerms, answers=Site, etag=tag_of, is_conditional=True)
def change_site(site_id: UUID) -> Site:
    """Replace what a site is called and is."""
    change = SiteChange(seen=seen_versions(), terms=body(SiteTerms))
    try:
        return api_services().sites.change_site(site_id, change)
    except Conflict as reason:
        if reason.code == CHANGED:
            raise precondition(reason) from reason
        raise


@blueprint.post("/sites/<uuid:site_id>/activation")
@operation(scope="sites.edit", answers=Site, etag=tag_of)
def activate_site(site_id: UUID) -> Site:
    """Open a site to visitors; one that is open stays so."""
    return api_services().sites.activate_site(site_id)


@blueprint.post("/sites/<uuid:site_id>/deactivation")
@operation(scope="sites.edit", body=SiteClosing, answers=Site, etag=tag_of)
def deactivate_site(site_id: UUID) -> Site:
    """Close a site to visitors. 409 when it is closed already, or the network's main site."""
    return api_services().sites.deactivate_site(site_id, body(SiteClosing))


@blueprint.post("/sites/<uuid:site_id>/copies")
@operation(
    scope="sites.edit",
    body=SiteCopy,
    answers=Site,
    etag=tag_of,
    makes=lambda made: f"/api/v1/sites/{made.id}",
)
def duplicate_site(site_id: UUID) -> Site:
    """Make a site of the same owner with the same pages."""
    return api_services().sites.duplicate_site(site_id, body(SiteCopy))


@blueprint.post("/sites/<uuid:site_id>/deletion")
@operation(scope="sites.delete", body=SiteDeletion)
def delete_site(site_id: UUID) -> None:
    """Delete a site for good, with its pages; `name` is the site's."""
    api_services().sites.delete_site(site_id, body(SiteDeletion))
