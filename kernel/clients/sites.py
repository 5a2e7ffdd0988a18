"""The sites service as its callers see it."""

from collections.abc import Iterator
from uuid import UUID

from kernel.clients.deletions import SitesDeletions
from kernel.contracts import credentials, customers, pages, site_access, site_terms, sites, visits
from kernel.contracts.sites_list import SitesList, SitesNarrowed, SitesQuery


class SitesClient(SitesDeletions):
    """WHERE: networks, sites, pages, and switching to them."""

    def host(self, host: str) -> sites.Host:
        """Return what answers on a host name. Raises NotFound."""
        return self._get(f"/v1/hosts/{host}", sites.Host)

    def network(self) -> sites.Network:
        """Return the identity's network."""
        return self._get("/v1/network", sites.Network)

    def settings(self) -> sites.NetworkSettingsRead:
        """Return what the network's owner has decided."""
        return self._get("/v1/network/settings", sites.NetworkSettingsRead)

    def change_settings(self, edit: sites.NetworkSettingsEdit) -> sites.NetworkSettingsRead:
        """Replace the settings. Raises Conflict when somebody else saved them meanwhile."""
        return self._send("PUT", "/v1/network/settings", edit, sites.NetworkSettingsRead)

    def customer_sites(self, customer_id: UUID) -> sites.CustomerSites:
        """Return the sites a customer owns."""
        return self._get(f"/v1/customers/{customer_id}/sites", sites.CustomerSites)

    def list_sites(self, asked: SitesQuery) -> SitesList:
        """Return a page of the network's sites, newest first."""
        wanted = asked.model_dump(mode="json", exclude_defaults=True)
        return self._get("/v1/sites", SitesList, wanted)

    def export_sites(self, asked: SitesNarrowed) -> Iterator[bytes]:
        """Return the CSV piece by piece. Raises at once when it cannot begin, later when it breaks off."""
        return self._stream("POST", "/v1/sites/exports", asked)

    def site(self, site_id: UUID) -> sites.Site:
        """Return one site with its pages and domains."""
        return self._get(f"/v1/sites/{site_id}", sites.Site)

    def change_site(self, site_id: UUID, change: site_terms.SiteChange) -> sites.Site:
        """Save what a site is called and is. Raises Conflict when somebody else did meanwhile, Invalid."""
        return self._send("PUT", f"/v1/sites/{site_id}", change, sites.Site)

    def activate_site(self, site_id: UUID) -> sites.Site:
        """Open a site to visitors."""
        return self._send("POST", f"/v1/sites/{site_id}/activation", None, sites.Site)

    def deactivate_site(self, site_id: UUID, closing: site_terms.SiteClosing) -> sites.Site:
        """Close a site to visitors. Raises Conflict when it is closed already."""
        return self._send("POST", f"/v1/sites/{site_id}/deactivation", closing, sites.Site)

    def duplicate_site(self, site_id: UUID, copy: site_terms.SiteCopy) -> sites.Site:
        """Make a site like this one. Raises Invalid when the name cannot be had."""
        return self._send("POST", f"/v1/sites/{site_id}/copies", copy, sites.Site)

    def delete_site(self, site_id: UUID, deletion: site_terms.SiteDeletion) -> None:
        """Delete a site for good. Raises Invalid unless its name was typed."""
        self._tell("POST", f"/v1/sites/{site_id}/deletion", deletion)

    def access(self, site_id: UUID) -> site_access.SiteAccess:
        """Return what the site shows now, and why. Raises NotFound."""
        return self._get(f"/v1/sites/{site_id}/access", site_access.SiteAccess)

    def own_access(self, site_id: UUID) -> site_access.SiteAccess:
        """Return what the asking owner's site shows now, and why. Raises NotFound."""
        return self._get(f"/v1/own/sites/{site_id}/access", site_access.SiteAccess)

    def own_door(self, customer_id: UUID) -> sites.OwnDoor:
        """Return where a customer signs in. Raises NotFound when he has no site."""
        return self._get(f"/v1/customers/{customer_id}/door", sites.OwnDoor)

    def own_sites(self) -> sites.CustomerSites:
        """Return the sites of the identity's own customer."""
        return self._get("/v1/own/sites", sites.CustomerSites)

    def own_site(self, site_id: UUID) -> sites.Site:
        """Return one of the own sites."""
        return self._get(f"/v1/own/sites/{site_id}", sites.Site)

    def own_page(self, site_id: UUID, page_id: UUID) -> sites.SitePage:
        """Return one page of an own site, with its Markdown."""
        return self._get(f"/v1/own/sites/{site_id}/pages/{page_id}", sites.SitePage)

    def edit_page(self, site_id: UUID, page_id: UUID, edit: pages.PageEdit) -> sites.SitePage:
        """Save a page. Raises Conflict when somebody else saved it meanwhile."""
        return self._send("PUT", f"/v1/own/sites/{site_id}/pages/{page_id}", edit, sites.SitePage)

    def add_page(self, site_id: UUID, draft: pages.PageDraft) -> sites.SitePage:
        """Add a page to an own site. Raises Invalid when its path cannot be had."""
        return self._send("POST", f"/v1/own/sites/{site_id}/pages", draft, sites.SitePage)

    def delete_page(self, site_id: UUID, page_id: UUID, deletion: pages.PageDeletion) -> None:
        """Delete a page of an own site. Raises Conflict for the front page, or when somebody saved it."""
        self._tell("POST", f"/v1/own/sites/{site_id}/pages/{page_id}/deletion", deletion)

    def order_pages(self, site_id: UUID, order: pages.MenuOrder) -> sites.Site:
        """Put the pages of an own site in order. Raises Conflict when there are others by now."""
        return self._send("PUT", f"/v1/own/sites/{site_id}/menu", order, sites.Site)

    def public_page(self, site_id: UUID, path: str) -> sites.PublicPage:
        """Return what a visitor sees."""
        return self._get(f"/v1/public/{site_id}", sites.PublicPage, {"path": path})

    def issue_ticket(self, order: sites.TicketOrder) -> sites.TicketIssued:
        """Order a ticket to a site. Raises Conflict when the site cannot be entered."""
        return self._send("POST", "/v1/tickets", order, sites.TicketIssued)

    def bind_ticket(self, ticket_id: UUID, binding: sites.TicketBinding) -> sites.TicketToken:
        """Tie the ticket to a browser, once, and learn its secret."""
        return self._send("POST", f"/v1/tickets/{ticket_id}/bindings", binding, sites.TicketToken)

    def redeem(self, redemption: sites.Redemption) -> sites.Visit:
        """Use the ticket up. Raises one failure for every reason."""
        return self._send("POST", "/v1/visits", redemption, sites.Visit)

    def visit(self, visit_id: UUID) -> sites.Visit:
        """Return the visit while it stands. Raises NotFound afterwards."""
        return self._get(f"/v1/visits/{visit_id}", sites.Visit)

    def end_visit(self, visit_id: UUID, end: sites.VisitEnd) -> None:
        """End one visit; ending it twice does nothing more."""
        self._tell("POST", f"/v1/visits/{visit_id}/end", end)

    def end_visits(self, end: sites.VisitEnd) -> None:
        """End every visit of an admin session."""
        self._tell("POST", "/v1/visits/end", end)

    def end_visits_of(self, account_id: UUID) -> credentials.VisitsEnded:
        """End every visit by the account or to it, and every ticket on the way."""
        return self._send("POST", f"/v1/accounts/{account_id}/visits/end", None, credentials.VisitsEnded)

    def end_every_visit(self) -> credentials.VisitsEnded:
        """End every visit of the network, and every ticket on the way."""
        return self._send("POST", "/v1/visits/end-every", None, credentials.VisitsEnded)

    def switch_log(self, query: visits.VisitsQuery) -> visits.VisitsPage:
        """Return a page of the switch log, newest first."""
        asked = query.model_dump(mode="json", exclude_none=True)
        return self._get("/v1/visits", visits.VisitsPage, asked)

    def export_switch_log(self, query: visits.VisitsQuery) -> Iterator[bytes]:
        """Return the CSV piece by piece. Raises at once when it cannot begin."""
        return self._stream("POST", "/v1/visits/exports", query)

    def logged_visit(self, visit_id: UUID) -> visits.VisitEntry:
        """Return one visit of the log. Raises NotFound."""
        return self._get(f"/v1/visits/{visit_id}/log", visits.VisitEntry)

    def own_visits(self, query: visits.VisitsQuery) -> visits.VisitsPage:
        """Return who was in the asking customer's place, newest first."""
        asked = query.model_dump(mode="json", exclude_none=True)
        return self._get("/v1/own/visits", visits.VisitsPage, asked)

    def search(self, q: str, limit: int = 5) -> customers.FoundList:
        """Return sites for the global search."""
        return self._get("/v1/search", customers.FoundList, {"q": q, "limit": limit})
