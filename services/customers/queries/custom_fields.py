"""The definitions of custom fields: alone, or as one value within another statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from kernel.contracts.custom_fields import CustomField as Definition
from kernel.contracts.custom_fields import CustomFieldUse
from kernel.database import UnitOfWork
from services.customers.models import Customer, CustomField

PARTS = (
    "id", "key", "kind", "label", "help", "choices", "is_required", "is_listed", "is_searchable",
    "is_active", "version",
)  # fmt: skip


def definition_of(field: CustomField) -> Definition:
    """Return the contract of a definition."""
    return Definition.model_validate({part: getattr(field, part) for part in PARTS})


def all_fields(uow: UnitOfWork) -> list[Definition]:
    """Return every definition in its order, the retired ones among them."""
    found = select(CustomField).order_by(CustomField.position, CustomField.key)
    return [definition_of(field) for field in uow.session.scalars(found)]


def active_definitions() -> ColumnElement[Any]:
    """Return the definitions that are not retired as one JSON value, for a statement that exists anyway."""
    parts = [word for part in PARTS for word in (literal(part), getattr(CustomField, part))]
    in_order = aggregate_order_by(func.jsonb_build_object(*parts), CustomField.position, CustomField.key)
    none = text("'[]'::jsonb")
    found = select(func.coalesce(func.jsonb_agg(in_order), none, type_=JSONB)).where(
        CustomField.is_active.is_(True)
    )
    return found.scalar_subquery()


def read_definitions(found: Sequence[dict[str, Any]]) -> list[Definition]:
    """Return what ``active_definitions`` answered."""
    return [Definition.model_validate(one) for one in found]


def use_of(uow: UnitOfWork, field: CustomField) -> CustomFieldUse:
    """Return how many customers have a value of the field, and have made each of its choices."""
    has_one = Customer.custom.has_key(field.key)
    customers = uow.session.scalar(select(func.count()).select_from(Customer).where(has_one)) or 0
    if field.kind not in {"choice", "choices"}:
        return CustomFieldUse(customers=customers, choices={})
    chosen = (
        Customer.custom[field.key].astext
        if field.kind == "choice"
        else func.jsonb_array_elements_text(Customer.custom[field.key])
    )
    made = select(chosen.label("choice")).where(has_one).subquery("made")
    counted = uow.session.execute(select(made.c.choice, func.count()).group_by(made.c.choice))
    return CustomFieldUse(customers=customers, choices={choice: number for choice, number in counted})
