"""Memberships and payments."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.billing import CustomerBilling, PendingStarted


@blueprint.get("/customers/<uuid:customer_id>/billing")
@operation(scope="billing.view", answers=CustomerBilling)
def customer_billing(customer_id: UUID) -> CustomerBilling:
    """A customer's newest memberships and payments."""
    return api_services().billing.customer_billing(customer_id)


@blueprint.post("/customers/<uuid:customer_id>/memberships/start-pending")
@operation(scope="billing.edit", answers=PendingStarted)
def start_pending_memberships(customer_id: UUID) -> PendingStarted:
    """Start memberships that were left pending when the customer's address was verified by hand."""
    return api_services().billing.start_pending(customer_id)
