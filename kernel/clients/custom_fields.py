"""Custom fields of the customers service, as its callers see them."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import custom_fields as contracts
from kernel.contracts.customers import Customer


class CustomFieldsClient(ServiceClient):
    """What a network wants to know of its customers beside what everybody does."""

    def custom_fields(self) -> contracts.CustomFields:
        """Return every definition in its order, the retired ones among them."""
        return self._get("/v1/custom-fields", contracts.CustomFields)

    def define_field(self, new: contracts.NewCustomField) -> contracts.CustomField:
        """Add a field. Raises Invalid with the fields that are wrong."""
        return self._send("POST", "/v1/custom-fields", new, contracts.CustomField)

    def change_field(self, field_id: UUID, change: contracts.CustomFieldChange) -> contracts.CustomField:
        """Replace a definition. Raises Conflict when somebody else saved it meanwhile."""
        return self._send("PUT", f"/v1/custom-fields/{field_id}", change, contracts.CustomField)

    def order_fields(self, order: contracts.CustomFieldsOrder) -> None:
        """Put the fields into an order. Raises Conflict when it does not name each once."""
        self._tell("PUT", "/v1/custom-fields/order", order)

    def delete_field(self, field_id: UUID) -> None:
        """Delete a definition, and in time every value."""
        self._tell("DELETE", f"/v1/custom-fields/{field_id}")

    def use_of_field(self, field_id: UUID) -> contracts.CustomFieldUse:
        """Return how many customers have a value, and have made each choice."""
        return self._get(f"/v1/custom-fields/{field_id}/use", contracts.CustomFieldUse)

    def change_values(
        self, customer_id: UUID, change: contracts.FieldValuesChange, *, replaces: bool = False
    ) -> Customer:
        """Change a customer's values; ``replaces`` takes away those that are not named.

        Raises Conflict ``ChangedMeanwhile`` and Invalid with the keys that are wrong.
        """
        method = "PUT" if replaces else "PATCH"
        return self._send(method, f"/v1/customers/{customer_id}/fields", change, Customer)
