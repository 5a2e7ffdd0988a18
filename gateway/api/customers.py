"""Customers: the list, one of them, the VIP mark."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.api.versions import tag_of
from kernel.contracts.customers import Customer, CustomersList, CustomersQuery, VipChange
from kernel.http import body, query


@blueprint.get("/customers")
@operation(
    scope="customers.view", query=CustomersQuery, answers=CustomersList, is_confirmed_by_customers=True
)
def customers() -> CustomersList:
    """A page of customers; read on with `after`."""
    return api_services().customers.list_customers(query(CustomersQuery))


@blueprint.get("/customers/<uuid:customer_id>")
@operation(scope="customers.view", answers=Customer, is_confirmed_by_customers=True, etag=tag_of)
def customer(customer_id: UUID) -> Customer:
    """One customer, with the newest sign-ins and events."""
    return api_services().customers.customer(customer_id)


@blueprint.put("/customers/<uuid:customer_id>/vip")
@operation(scope="customers.edit", body=VipChange, is_confirmed_by_customers=True)
def change_vip(customer_id: UUID) -> None:
    """Mark a customer as VIP, or no longer."""
    api_services().customers.change_vip(customer_id, body(VipChange))
