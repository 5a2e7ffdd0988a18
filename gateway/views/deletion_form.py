"""What the page that deletes a customer shows: what three services would do, and what was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from flask import request

from gateway.auth import services
from gateway.translation import gettext
from gateway.words import said_as
from kernel.contracts.customers import CustomerRow, CustomersQuery
from kernel.contracts.deletions import BillingOutlook, CustomerOutlook, DeletionOrder, SitesOutlook
from kernel.errors import N_, Failure, Invalid, NotFound, Unauthenticated

HITS = 6
LONGEST = 200  # characters of a search

BELONGINGS = {
    "mails": N_("Messages sent"),
    "sign_ins": N_("Sign-ins, with IP addresses"),
    "one_time_tokens": N_("Links sent by mail"),
    "timeline": N_("Lines of the timeline"),
    "customer_notes": N_("Notes"),
}
"""What the tables of the customers service are called; one without a name here is shown by its own."""

CHOOSE_HEIR = N_("Choose the customer who takes over.")
CHOOSE_WAY = N_("Choose what becomes of memberships, sites and payments.")

T = TypeVar("T")


@dataclass(frozen=True)
class Outlook:
    """What would go and what stays; None where a service is away, and then nobody can delete."""

    customer: CustomerOutlook
    billing: BillingOutlook | None
    sites: SitesOutlook | None
    failures: list[Failure]

    @classmethod
    def of(cls, customer_id: UUID) -> "Outlook":
        """Ask the three services. Raises NotFound, also for who was deleted."""
        failures: list[Failure] = []
        customer = services().customers.deletion_outlook(customer_id)
        billing = _unless_away(lambda: services().billing.deletion_outlook(customer_id), failures)
        sites = _unless_away(lambda: services().sites.deletion_outlook(customer_id), failures)
        return cls(customer, billing, sites, failures)

    @property
    def refusal(self) -> str:
        """Why the customer cannot be deleted now; empty when he can."""
        billing = self.billing.refusal if self.billing else None
        said = self.customer.refusal or billing
        return said_as(said.template, said.params) if said else ""

    @property
    def belongings(self) -> list[tuple[str, int]]:
        """What of the person goes, by name."""
        return [
            (gettext(BELONGINGS[table]) if table in BELONGINGS else table.replace("_", " "), number)
            for table, number in sorted(self.customer.counts.items())
            if number
        ]


@dataclass(frozen=True)
class Typed:
    """What the form was sent with; kept whatever is wrong with it."""

    way: str = ""
    email: str = ""
    q: str = ""
    heir_id: str = ""

    @classmethod
    def sent(cls) -> "Typed":
        """Return what this request sends."""
        typed = {name: request.form.get(name, "").strip() for name in ("way", "email", "q", "heir_id")}
        return cls(**typed)

    def order(self) -> DeletionOrder:
        """Return the order that the form means. Raises Invalid with the fields."""
        if self.way not in {"everything", "hand_over"}:
            raise Invalid(CHOOSE_WAY, fields={"way": CHOOSE_WAY})
        return DeletionOrder.model_validate(
            {"way": self.way, "heir_id": self.heir, "email": self.email[:320]}, from_attributes=False
        )

    @property
    def heir(self) -> UUID | None:
        """Who was chosen to take over."""
        return _uuid(self.heir_id)

    def heirs(self, customer_id: UUID | None) -> list[CustomerRow]:
        """Return who can be chosen: the one who is chosen already, then those whom the words find."""
        query = CustomersQuery(q=self.q[:LONGEST], limit=HITS)
        found = services().customers.list_customers(query).items if self.q else []
        return [one for one in found if one.id != customer_id]


def _unless_away(ask: Callable[[], T], failures: list[Failure]) -> T | None:
    try:
        return ask()
    except (Unauthenticated, NotFound):
        raise
    except Failure as failure:
        failures.append(failure)
        return None


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
