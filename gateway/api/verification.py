"""Verification of a customer's e-mail address."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.verification import VerificationEdit
from kernel.http import body


@blueprint.put("/customers/<uuid:customer_id>/verification")
@operation(scope="customers.edit", body=VerificationEdit, is_confirmed_by_customers=True)
def change_verification(customer_id: UUID) -> None:
    """Set by hand whether a customer's address is verified; `pending` writes to the customer."""
    api_services().customers.change_verification(customer_id, body(VerificationEdit))


@blueprint.post("/customers/<uuid:customer_id>/verification/resend")
@operation(scope="customers.edit", is_confirmed_by_customers=True)
def resend_verification(customer_id: UUID) -> None:
    """Write to a pending customer once more; five times an hour."""
    api_services().customers.resend_verification(customer_id)
