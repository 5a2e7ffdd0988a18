"""A customer's deletion, service by service."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.contracts.deletions import Way
from kernel.contracts.events.happened import Happened
from kernel.contracts.money import Money


class CustomerDeletionRequested(Happened):
    """Billing does its part first, then sites, then customers; nobody has lost anything yet."""

    type: Literal["customer.deletion_requested"] = "customer.deletion_requested"
    deletion_id: UUID
    customer_id: UUID
    account_id: UUID
    number: int
    way: Way
    heir_id: UUID | None


class CustomerDeletionRefused(Happened):
    """Billing found money on its way. ``reason`` is a sentence with places, ``params`` what stands there."""

    type: Literal["customer.deletion_refused"] = "customer.deletion_refused"
    deletion_id: UUID
    customer_id: UUID
    number: int
    reason: str
    params: dict[str, str]


class CustomerBillingErased(Happened):
    """Memberships and what was unpaid are cancelled; payments stay. ``last_paid_at``: money's last move."""

    type: Literal["customer.billing_erased"] = "customer.billing_erased"
    deletion_id: UUID
    customer_id: UUID
    account_id: UUID
    number: int
    memberships: int
    payments: int
    unpaid: int
    last_paid_at: datetime | None


class CustomerBillingHandedOver(Happened):
    """Memberships and payments are the heir's now; ``received`` is what the payments brought, net."""

    type: Literal["customer.billing_handed_over"] = "customer.billing_handed_over"
    deletion_id: UUID
    customer_id: UUID
    account_id: UUID
    heir_id: UUID
    number: int
    memberships: int
    payments: int
    received: list[Money]
    last_paid_at: datetime | None


class CustomerSitesDeleted(Happened):
    type: Literal["customer.sites_deleted"] = "customer.sites_deleted"
    deletion_id: UUID
    customer_id: UUID
    number: int
    site_ids: list[UUID]


class CustomerSitesHandedOver(Happened):
    type: Literal["customer.sites_handed_over"] = "customer.sites_handed_over"
    deletion_id: UUID
    customer_id: UUID
    heir_id: UUID
    number: int
    site_ids: list[UUID]


class CustomerDeleted(Happened):
    """He is gone; what is said of him stays a number."""

    type: Literal["customer.deleted"] = "customer.deleted"
    deletion_id: UUID
    customer_id: UUID
    number: int
    way: Way
    heir_id: UUID | None


DeletionEvent = (
    CustomerDeletionRequested
    | CustomerDeletionRefused
    | CustomerBillingErased
    | CustomerBillingHandedOver
    | CustomerSitesDeleted
    | CustomerSitesHandedOver
    | CustomerDeleted
)
