"""Custom fields over HTTP: their definitions, and the values of a customer."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.custom_fields import (
    CustomFieldChange,
    CustomFields,
    CustomFieldsOrder,
    FieldValuesChange,
    NewCustomField,
)
from kernel.web import answer, body, needs, nothing, unit_of_work
from services.customers.custom_fields import definitions as field_definitions
from services.customers.custom_fields import of_customers as custom_fields
from services.customers.models import CustomField
from services.customers.queries.custom_fields import all_fields, definition_of, use_of
from services.customers.queries.page import customer_page

api = Blueprint("custom_fields", __name__, url_prefix="/v1")


@api.get("/custom-fields")
@needs("customers.view", "network.settings")
def show_fields() -> Response:
    with unit_of_work() as uow:
        return answer(CustomFields(items=all_fields(uow)))


@api.post("/custom-fields")
@needs("network.settings")
def define_field() -> Response:
    new = body(NewCustomField)
    with unit_of_work() as uow:
        return answer(definition_of(field_definitions.define_field(uow, new)), 201)


@api.put("/custom-fields/order")
@needs("network.settings")
def order_fields() -> Response:
    order = body(CustomFieldsOrder)
    with unit_of_work() as uow:
        field_definitions.order_fields(uow, order)
    return nothing()


@api.put("/custom-fields/<uuid:field_id>")
@needs("network.settings")
def change_field(field_id: UUID) -> Response:
    change = body(CustomFieldChange)
    with unit_of_work() as uow:
        return answer(definition_of(field_definitions.change_field(uow, field_id, change)))


@api.delete("/custom-fields/<uuid:field_id>")
@needs("network.settings")
def delete_field(field_id: UUID) -> Response:
    with unit_of_work() as uow:
        field_definitions.delete_field(uow, field_id)
    return nothing()


@api.get("/custom-fields/<uuid:field_id>/use")
@needs("network.settings")
def show_use(field_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(use_of(uow, uow.get(CustomField, field_id)))


@api.patch("/customers/<uuid:customer_id>/fields")
@needs("customers.edit")
def change_values(customer_id: UUID) -> Response:
    return _changed(customer_id, replaces=False)


@api.put("/customers/<uuid:customer_id>/fields")
@needs("customers.edit")
def replace_values(customer_id: UUID) -> Response:
    return _changed(customer_id, replaces=True)


def _changed(customer_id: UUID, *, replaces: bool) -> Response:
    change = body(FieldValuesChange)
    with unit_of_work() as uow:
        custom_fields.change_values(uow, customer_id, change, replaces=replaces)
        uow.session.flush()
        return answer(customer_page(uow, customer_id))
