"""Customers as somebody edits them."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.api.versions import CHANGED, precondition, seen_versions, tag_of
from kernel.contracts.customers import Customer
from kernel.contracts.profiles import BILLING, CustomerEdit, NewCustomer, NewProfile, ProfileChange, named
from kernel.errors import Conflict, Invalid
from kernel.http import body


@blueprint.post("/customers")
@operation(
    scope="customers.edit",
    body=NewCustomer,
    answers=Customer,
    is_confirmed_by_customers=True,
    etag=tag_of,
    makes=lambda made: f"/api/v1/customers/{made.id}",
)
def register_customer() -> Customer:
    """Register a customer by hand, by the same rules as one is edited."""
    asked = body(NewCustomer)
    new = NewProfile(how="api", profile=named(asked), invites=asked.invites, attaches=asked.attaches)
    try:
        return api_services().customers.register_customer(new)
    except Invalid as reason:
        raise dotted(reason) from reason


@blueprint.patch("/customers/<uuid:customer_id>")
@operation(
    scope="customers.edit",
    body=CustomerEdit,
    answers=Customer,
    is_confirmed_by_customers=True,
    etag=tag_of,
    is_conditional=True,
)
def change_customer(customer_id: UUID) -> Customer:
    """Change the named fields of a customer; e-mail and username take `customers.credentials` too."""
    change = ProfileChange(seen=seen_versions(), changes=named(body(CustomerEdit)))
    try:
        return api_services().customers.change_profile(customer_id, change)
    except Conflict as reason:
        if reason.code == CHANGED:
            raise precondition(reason) from reason
        raise
    except Invalid as reason:
        raise dotted(reason) from reason


def dotted(reason: Invalid) -> Invalid:
    """Return the failure with its fields named as the API names them: ``billing.city``."""
    fields = {_dotted(name): sentence for name, sentence in reason.fields.items()}
    told = Invalid(reason.template, fields=fields, code=reason.code)
    told.params = reason.params
    return told


def _dotted(name: str) -> str:
    return f"billing.{name.removeprefix(BILLING)}" if name.startswith(BILLING) else name
