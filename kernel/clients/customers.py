"""The customers service as its callers see it; each area of it adds a class of its own here."""

from collections.abc import Sequence
from uuid import UUID

from kernel.clients.admins import AdminsClient
from kernel.clients.api_keys import ApiKeysClient
from kernel.clients.assistance import AssistanceClient
from kernel.clients.audit import AuditClient
from kernel.clients.bulk import BulkClient
from kernel.clients.credentials import CredentialsClient
from kernel.clients.custom_fields import CustomFieldsClient
from kernel.clients.deletions import CustomerDeletions
from kernel.clients.handovers import HandoversClient
from kernel.clients.imports import ImportsClient
from kernel.clients.invoices import BuyersClient
from kernel.clients.mails import MailsClient
from kernel.clients.notes import NotesClient
from kernel.clients.pay_links import PayLinksClient
from kernel.clients.profiles import ProfilesClient
from kernel.clients.second_factors import SecondFactorsClient
from kernel.clients.verification import VerificationClient
from kernel.contracts import customers, people
from kernel.contracts.second_factors import SignInAnswer
from kernel.contracts.timeline import EventKind


class CustomersClient(
    AdminsClient,
    ApiKeysClient,
    AssistanceClient,
    AuditClient,
    BulkClient,
    BuyersClient,
    CredentialsClient,
    CustomFieldsClient,
    CustomerDeletions,
    HandoversClient,
    ImportsClient,
    MailsClient,
    NotesClient,
    PayLinksClient,
    ProfilesClient,
    SecondFactorsClient,
    VerificationClient,
):
    """WHO: accounts, customers, sign-ins, the timeline."""

    def list_customers(self, query: customers.CustomersQuery) -> customers.CustomersList:
        """Return a page of customers and the count of each tab."""
        return self._get("/v1/customers", customers.CustomersList, query.model_dump(exclude_defaults=True))

    def people(self, ids: Sequence[UUID]) -> people.People:
        """Return what customers are called, those that are there; a page's worth at most."""
        return self._send("POST", "/v1/customers/people", people.PeopleAsked(ids=tuple(ids)), people.People)

    def customer(self, customer_id: UUID) -> customers.Customer:
        """Return one customer with sign-ins and the newest events."""
        return self._get(f"/v1/customers/{customer_id}", customers.Customer)

    def timeline(
        self, about: UUID | None, after: str | None = None, kind: EventKind | None = None
    ) -> customers.Timeline:
        """Return events about a customer, membership, payment or site; of the whole network for None."""
        asked = {"about": about, "after": after, "kind": kind}
        return self._get("/v1/timeline", customers.Timeline, asked)

    def change_vip(self, customer_id: UUID, change: customers.VipChange) -> None:
        """Mark the customer as VIP, or no longer."""
        self._tell("PUT", f"/v1/customers/{customer_id}/vip", change)

    def sign_in(self, credentials: customers.Credentials) -> SignInAnswer:
        """Check a password. Raises Unauthenticated with one sentence for every reason."""
        return self._send("POST", "/v1/sign-ins", credentials, SignInAnswer)

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

    def done_on_visit(self, query: customers.VisitChangesQuery) -> customers.Timeline:
        """Return what an admin did in a customer's place, oldest first."""
        return self._get("/v1/visit-changes", customers.Timeline, query.model_dump(mode="json"))

    def switch_terms(self, customer_id: UUID) -> customers.SwitchTerms:
        """Return how the admin may switch to the customer. Raises Forbidden, Conflict."""
        return self._get(f"/v1/customers/{customer_id}/switch-terms", customers.SwitchTerms)

    def clear_switch(self, customer_id: UUID, clearance: customers.Clearance) -> customers.Cleared:
        """Ask whether the admin may switch to the customer; the audit line is written first."""
        return self._send("POST", f"/v1/customers/{customer_id}/clearances", clearance, customers.Cleared)

    def seen(self) -> None:
        """Say that the customer is here."""
        self._tell("POST", "/v1/sightings")

    def search(self, q: str, limit: int = 5) -> customers.FoundList:
        """Return customers for the global search."""
        return self._get("/v1/search", customers.FoundList, {"q": q, "limit": limit})
