"""Deleting a customer goes from service to service: each does its part and tells the next.

Customers asks, billing refuses or goes first, sites follows, customers ends it. A step that is told
twice has nothing left to do, and says so again.
"""

from kernel.contracts.events import (
    CustomerBillingErased,
    CustomerBillingHandedOver,
    CustomerDeletionRefused,
    CustomerDeletionRequested,
    CustomerSitesDeleted,
    CustomerSitesHandedOver,
    InvoiceIssued,
    Recorded,
)
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.billing.deletions import close_account
from services.customers.deletion import steps as deletion_steps
from services.customers.profiles import buyers
from services.sites import deletions as of_sites

billing_deletions = Listener("billing_deletions", home="billing", start="beginning")
sites_deletions = Listener("sites_deletions", home="sites", start="beginning")
customers_deletions = Listener("customers_deletions", home="customers", start="beginning")


@billing_deletions.to(CustomerDeletionRequested)
def close_billing(uow: UnitOfWork, event: CustomerDeletionRequested, _recorded: Recorded) -> None:
    """Cancel or hand over memberships and payments, or refuse while money moves."""
    close_account(uow, event)


@sites_deletions.to(CustomerBillingErased)
def delete_sites(uow: UnitOfWork, event: CustomerBillingErased, _recorded: Recorded) -> None:
    """Delete the sites with all that is of them."""
    of_sites.delete_sites(uow, event)


@sites_deletions.to(CustomerBillingHandedOver)
def hand_sites_over(uow: UnitOfWork, event: CustomerBillingHandedOver, _recorded: Recorded) -> None:
    """Give the sites to the heir."""
    of_sites.hand_sites_over(uow, event)


@customers_deletions.to(InvoiceIssued)
def keep_buyer(uow: UnitOfWork, event: InvoiceIssued, _recorded: Recorded) -> None:
    """Take down whom an invoice names: on the cursor that also erases him, so never too late."""
    buyers.keep_buyer(uow, event)


@customers_deletions.to(CustomerDeletionRefused)
def note_refusal(uow: UnitOfWork, event: CustomerDeletionRefused, _recorded: Recorded) -> None:
    """Let the customer in again, and say why."""
    deletion_steps.note_refusal(uow, event)


@customers_deletions.to(CustomerBillingErased, CustomerBillingHandedOver)
def note_billing(
    uow: UnitOfWork, event: CustomerBillingErased | CustomerBillingHandedOver, _recorded: Recorded
) -> None:
    """Note that billing is done."""
    deletion_steps.note_billing(uow, event)


@customers_deletions.to(CustomerSitesDeleted, CustomerSitesHandedOver)
def note_sites(
    uow: UnitOfWork, event: CustomerSitesDeleted | CustomerSitesHandedOver, _recorded: Recorded
) -> None:
    """Note that the sites service is done, and end it."""
    deletion_steps.note_sites(uow, event)
