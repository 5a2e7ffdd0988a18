"""The three services as their callers see them: one method an endpoint.

``Clients`` belongs to a process; ``clients.bind(identity)`` to one request: it remembers the
answers to reads, so that the panels of a page share a call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from kernel.auth import Identity, Signer
from kernel.calls import Caller
from kernel.config import Settings
from kernel.contracts import billing, customers, sites
from kernel.contracts.background import Background, DeadRetry, ParkedResolution

C = TypeVar("C", bound=BaseModel)


class Clients:
    """The connections of a process to the three services; safe to share between threads."""

    def __init__(self, settings: Settings, signer: Signer) -> None:
        self.callers = {
            name: Caller(name, settings.service_url(name), signer, settings.deadline)
            for name in ("customers", "billing", "sites")
        }

    def bind(self, identity: Identity) -> "Bound":
        """Return the services on behalf of ``identity``, for the length of one request."""
        return Bound(
            CustomersClient(self.callers["customers"], identity),
            BillingClient(self.callers["billing"], identity),
            SitesClient(self.callers["sites"], identity),
        )


@dataclass(frozen=True)
class Bound:
    """The three services on behalf of one identity."""

    customers: "CustomersClient"
    billing: "BillingClient"
    sites: "SitesClient"


class ServiceClient:
    """What the clients share: reads are remembered, and two threads with one question ask once."""

    def __init__(self, caller: Caller, identity: Identity) -> None:
        self._caller = caller
        self._identity = identity
        self._answers: dict[str, BaseModel | Exception] = {}
        self._asking: dict[str, Lock] = {}
        self._lock = Lock()

    def background(self) -> Background:
        """Return what of the service's background work waits for a person."""
        return self._get("/v1/background", Background)

    def resolve_parked(self, event_id: UUID, resolution: ParkedResolution) -> None:
        """Have a parked event tried again, or skipped. Raises NotFound when it is parked no more."""
        self._tell("POST", f"/v1/background/parked/{event_id}", resolution)

    def retry_dead(self, work_id: UUID, retry: DeadRetry) -> None:
        """Have work tried again that was given up. Raises NotFound when it is dead no more."""
        self._tell("POST", f"/v1/background/dead/{work_id}", retry)

    def _get(self, path: str, answer: type[C], query: Mapping[str, object] | None = None) -> C:
        question = f"{path} {sorted(query.items()) if query else ''}"
        with self._lock:
            asking = self._asking.setdefault(question, Lock())
        with asking:
            if question not in self._answers:
                self._answers[question] = self._ask(path, answer, query)
            known = self._answers[question]
        if isinstance(known, Exception):
            raise known
        if not isinstance(known, answer):
            raise TypeError(f"{path} was asked for as {answer.__name__} and as {type(known).__name__}.")
        return known

    def _ask(self, path: str, answer: type[C], query: Mapping[str, object] | None) -> C | Exception:
        try:
            return self._caller.ask("GET", path, identity=self._identity, answer=answer, query=query)
        except Exception as failure:
            return failure

    def _send(self, method: str, path: str, body: BaseModel, answer: type[C]) -> C:
        self._forget()
        return self._caller.ask(method, path, identity=self._identity, answer=answer, body=body)

    def _tell(self, method: str, path: str, body: BaseModel | None = None) -> None:
        self._forget()
        self._caller.tell(method, path, identity=self._identity, body=body)

    def _forget(self) -> None:
        """Drop what was remembered; a change makes it old."""
        with self._lock:
            self._answers.clear()


class CustomersClient(ServiceClient):
    """WHO: accounts, customers, sign-ins, the timeline."""

    def list_customers(self, query: customers.CustomersQuery) -> customers.CustomersList:
        """Return a page of customers and the count of each tab."""
        return self._get("/v1/customers", customers.CustomersList, query.model_dump(exclude_defaults=True))

    def customer(self, customer_id: UUID) -> customers.Customer:
        """Return one customer with sign-ins and the newest events."""
        return self._get(f"/v1/customers/{customer_id}", customers.Customer)

    def timeline(self, about: UUID | None, after: str | None = None) -> customers.Timeline:
        """Return events about a customer, membership, payment or site; of the whole network for None."""
        return self._get("/v1/timeline", customers.Timeline, {"about": about, "after": after})

    def change_vip(self, customer_id: UUID, change: customers.VipChange) -> None:
        """Mark the customer as VIP, or no longer."""
        self._tell("PUT", f"/v1/customers/{customer_id}/vip", change)

    def sign_in(self, credentials: customers.Credentials) -> customers.Standing:
        """Check a password. Raises Unauthenticated with one sentence for every reason."""
        return self._send("POST", "/v1/sign-ins", credentials, customers.Standing)

    def sign_out(self) -> None:
        """Write down that the account signed out."""
        self._tell("POST", "/v1/sign-outs")

    def standing(self) -> customers.Standing:
        """Return who the account is now. Raises Unauthenticated ``SessionEnded``."""
        return self._get("/v1/standing", customers.Standing)

    def set_preferences(self, change: customers.PreferenceChange) -> None:
        """Remember how the account likes its pages."""
        self._tell("PUT", "/v1/standing/preferences", change)

    def prove_key(self, proof: customers.KeyProof) -> customers.KeyStanding:
        """Return what an API key is good for. Raises Unauthenticated."""
        return self._send("POST", "/v1/api-keys/proofs", proof, customers.KeyStanding)

    def clear_switch(self, customer_id: UUID, clearance: customers.Clearance) -> customers.Cleared:
        """Ask whether the admin may switch to the customer; the audit line is written first."""
        return self._send("POST", f"/v1/customers/{customer_id}/clearances", clearance, customers.Cleared)

    def seen(self) -> None:
        """Say that the customer is here."""
        self._tell("POST", "/v1/sightings")

    def search(self, q: str, limit: int = 5) -> customers.FoundList:
        """Return customers for the global search."""
        return self._get("/v1/search", customers.FoundList, {"q": q, "limit": limit})


class BillingClient(ServiceClient):
    """MONEY: memberships and payments."""

    def customer_billing(self, customer_id: UUID) -> billing.CustomerBilling:
        """Return a customer's newest memberships and payments."""
        return self._get(f"/v1/customers/{customer_id}/billing", billing.CustomerBilling)

    def membership(self, membership_id: UUID) -> billing.Membership:
        """Return one membership with its payments."""
        return self._get(f"/v1/memberships/{membership_id}", billing.Membership)

    def payment(self, payment_id: UUID) -> billing.Payment:
        """Return one payment with its lines and refunds."""
        return self._get(f"/v1/payments/{payment_id}", billing.Payment)

    def own_billing(self) -> billing.CustomerBilling:
        """Return the memberships and payments of the identity's own customer."""
        return self._get("/v1/own/billing", billing.CustomerBilling)

    def search(self, q: str, limit: int = 5) -> customers.FoundList:
        """Return memberships and payments for the global search."""
        return self._get("/v1/search", customers.FoundList, {"q": q, "limit": limit})


class SitesClient(ServiceClient):
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

    def site(self, site_id: UUID) -> sites.Site:
        """Return one site with its pages and domains."""
        return self._get(f"/v1/sites/{site_id}", sites.Site)

    def own_sites(self) -> sites.CustomerSites:
        """Return the sites of the identity's own customer."""
        return self._get("/v1/own/sites", sites.CustomerSites)

    def own_site(self, site_id: UUID) -> sites.Site:
        """Return one of the own sites."""
        return self._get(f"/v1/own/sites/{site_id}", sites.Site)

    def own_page(self, site_id: UUID, page_id: UUID) -> sites.SitePage:
        """Return one page of an own site, with its Markdown."""
        return self._get(f"/v1/own/sites/{site_id}/pages/{page_id}", sites.SitePage)

    def edit_page(self, site_id: UUID, page_id: UUID, edit: sites.PageEdit) -> sites.SitePage:
        """Save a page. Raises Conflict when somebody else saved it meanwhile."""
        return self._send("PUT", f"/v1/own/sites/{site_id}/pages/{page_id}", edit, sites.SitePage)

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

    def search(self, q: str, limit: int = 5) -> customers.FoundList:
        """Return sites for the global search."""
        return self._get("/v1/search", customers.FoundList, {"q": q, "limit": limit})
