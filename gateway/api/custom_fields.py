"""Custom fields: their definitions, and the values of a customer."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.api.versions import CHANGED, precondition, seen_versions, tag_of
from kernel.contracts.custom_fields import (
    CustomField,
    CustomFieldChange,
    CustomFields,
    CustomFieldsOrder,
    CustomFieldUse,
    FieldValues,
    FieldValuesChange,
    NewCustomField,
)
from kernel.contracts.customers import Customer
from kernel.errors import Conflict
from kernel.http import body


@blueprint.get("/custom-fields")
@operation(scope="customers.view", answers=CustomFields, is_confirmed_by_customers=True)
def custom_fields() -> CustomFields:
    """The custom fields of the network in their order, the retired ones among them."""
    return api_services().customers.custom_fields()


@blueprint.post("/custom-fields")
@operation(scope="network.settings", body=NewCustomField, answers=CustomField, is_confirmed_by_customers=True)
def define_custom_field() -> CustomField:
    """Add a custom field; its key and kind never change afterwards."""
    return api_services().customers.define_field(body(NewCustomField))


@blueprint.put("/custom-fields/order")
@operation(scope="network.settings", body=CustomFieldsOrder, is_confirmed_by_customers=True)
def order_custom_fields() -> None:
    """Put the custom fields into an order that names each once."""
    api_services().customers.order_fields(body(CustomFieldsOrder))


@blueprint.put("/custom-fields/<uuid:field_id>")
@operation(
    scope="network.settings", body=CustomFieldChange, answers=CustomField, is_confirmed_by_customers=True
)
def change_custom_field(field_id: UUID) -> CustomField:
    """Replace a definition, or retire it; 409 when saved meanwhile. A choice in use cannot be left out."""
    return api_services().customers.change_field(field_id, body(CustomFieldChange))


@blueprint.delete("/custom-fields/<uuid:field_id>")
@operation(scope="network.settings", is_confirmed_by_customers=True)
def delete_custom_field(field_id: UUID) -> None:
    """Delete a custom field, and the values of every customer, for good."""
    api_services().customers.delete_field(field_id)


@blueprint.get("/custom-fields/<uuid:field_id>/use")
@operation(scope="network.settings", answers=CustomFieldUse, is_confirmed_by_customers=True)
def use_of_custom_field(field_id: UUID) -> CustomFieldUse:
    """How many customers have a value, and have made each choice."""
    return api_services().customers.use_of_field(field_id)


@blueprint.patch("/customers/<uuid:customer_id>/fields")
@operation(
    scope="customers.edit",
    body=FieldValues,
    answers=Customer,
    is_confirmed_by_customers=True,
    etag=tag_of,
    is_conditional=True,
)
def change_custom_values(customer_id: UUID) -> Customer:
    """Change the named custom values of a customer; null takes one away."""
    return _changed(customer_id, replaces=False)


@blueprint.put("/customers/<uuid:customer_id>/fields")
@operation(
    scope="customers.edit",
    body=FieldValues,
    answers=Customer,
    is_confirmed_by_customers=True,
    etag=tag_of,
    is_conditional=True,
)
def replace_custom_values(customer_id: UUID) -> Customer:
    """Replace all custom values of a customer; those that are not named are taken away."""
    return _changed(customer_id, replaces=True)


def _changed(customer_id: UUID, *, replaces: bool) -> Customer:
    change = FieldValuesChange(seen=seen_versions(), values=body(FieldValues).values)
    try:
        return api_services().customers.change_values(customer_id, change, replaces=replaces)
    except Conflict as reason:
        if reason.code == CHANGED:
            raise precondition(reason) from reason
        raise
