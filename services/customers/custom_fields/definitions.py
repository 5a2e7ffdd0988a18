"""Defining what a network wants to know of its customers: fields added, changed, moved, retired, deleted."""

import re
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from kernel.contracts.custom_fields import (
    MOST_FIELDS,
    WITH_CHOICES,
    CustomFieldChange,
    CustomFieldEdit,
    CustomFieldsOrder,
    NewCustomField,
)
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Filled, Invalid
from kernel.ids import new_id
from services.customers import audit
from services.customers.custom_fields import rules as definition_rules
from services.customers.custom_fields import upkeep as field_upkeep
from services.customers.custom_fields.rules import Checked
from services.customers.models import Customer, CustomField, FieldUpkeep
from services.customers.queries.custom_fields import definition_of, use_of

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
NOT_SAVED = N_("The field is not saved.")
KEY_TAKEN = N_("There is a field with this key already.")


class DefinitionNotValid(Invalid):
    """The definition cannot be kept; ``fields`` says why."""


class FieldChangedMeanwhile(Conflict):
    """Somebody saved the definition since it was read."""


class TooManyFields(Conflict):
    """A network has as many custom fields as it can."""


class OrderNotWhole(Conflict):
    """The order does not name every field once; one was added or deleted meanwhile."""


def define_field(uow: UnitOfWork, new: NewCustomField) -> CustomField:
    """Add a field at the end. Raises DefinitionNotValid, TooManyFields."""
    uow.identity.require("network.settings")
    number, last = uow.session.execute(select(func.count(), func.max(CustomField.position))).one()
    if number >= MOST_FIELDS:
        raise TooManyFields(N_("A network has at most %(most)s custom fields."), most=MOST_FIELDS)
    checked = definition_rules.checked(new, has_choices=new.kind in WITH_CHOICES)
    key = new.key.strip() or definition_rules.key_from(new.label.en or new.label.sv)
    if "label" not in checked.wrong:
        checked.wrong |= _wrong_key(uow, key)
    _refuse(checked.wrong)
    made = CustomField(id=new_id(), key=key, kind=new.kind, position=(last or 0) + 1)
    _put(made, new, checked)
    uow.add(made)
    _flush_key(uow)
    audit.note(uow, "custom field added", made.id, after=_told(made))
    return made


def change_field(uow: UnitOfWork, field_id: UUID, change: CustomFieldChange) -> CustomField:
    """Replace what can be changed of a definition.

    Raises NotFound, FieldChangedMeanwhile, DefinitionNotValid; a choice that somebody made is not taken away.
    """
    uow.identity.require("network.settings")
    found = uow.get(CustomField, field_id, lock=True)
    if found.version != change.version:
        raise FieldChangedMeanwhile(N_("Somebody else saved this field meanwhile. Look at it again."))
    checked = definition_rules.checked(change.field, has_choices=found.kind in WITH_CHOICES)
    checked.wrong |= _choices_in_use(uow, found, checked)
    _refuse(checked.wrong)
    before, words_before = _told(found), _words_of(found)
    _put(found, change.field, checked)
    if _told(found) == before:
        return found
    found.version += 1
    uow.session.flush()
    audit.note(uow, "custom field changed", found.id, before=before, after=_told(found))
    if _words_of(found) != words_before:
        field_upkeep.find_anew(uow, found.key)
    return found


def order_fields(uow: UnitOfWork, order: CustomFieldsOrder) -> None:
    """Put the fields into this order. Raises OrderNotWhole."""
    uow.identity.require("network.settings")
    found = {one.id: one for one in uow.session.scalars(select(CustomField).with_for_update(of=CustomField))}
    if len(order.ids) != len(found) or set(order.ids) != set(found):
        raise OrderNotWhole(N_("A field was added or deleted meanwhile. Look at the list again."))
    before = sorted(found.values(), key=lambda one: (one.position, one.key))
    if [one.id for one in before] == order.ids:
        return
    for position, field_id in enumerate(order.ids, 1):
        found[field_id].position = position
    audit.note(
        uow,
        "custom fields ordered",
        uow.network_id,
        before={"keys": [one.key for one in before]},
        after={"keys": [found[field_id].key for field_id in order.ids]},
    )


def delete_field(uow: UnitOfWork, field_id: UUID) -> None:
    """Delete the definition now; the worker takes the values from every customer. Raises NotFound."""
    uow.identity.require("network.settings")
    found = uow.get(CustomField, field_id, lock=True)
    customers = use_of(uow, found).customers
    audit.note(uow, "custom field deleted", found.id, before=_told(found), customers=customers)
    uow.session.delete(found)
    uow.session.flush()
    if customers:
        field_upkeep.forget(uow, found.key)


def _wrong_key(uow: UnitOfWork, key: str) -> dict[str, str]:
    if not KEY.fullmatch(key):
        return {"key": N_("A key begins with a letter and is of a-z, 0-9 and _, at most 40 of them.")}
    if uow.session.scalar(select(CustomField.id).where(CustomField.key == key)):
        return {"key": KEY_TAKEN}
    pending = select(FieldUpkeep.id).where(FieldUpkeep.key == key, FieldUpkeep.state != "done")
    values = select(Customer.id).where(Customer.custom.has_key(key))
    if uow.session.scalar(pending.limit(1)) or uow.session.scalar(values.limit(1)):
        return {
            "key": N_("Values of an earlier field with this key are still being removed. Try again soon.")
        }
    return {}


def _flush_key(uow: UnitOfWork) -> None:
    """Write the definition. Raises DefinitionNotValid when somebody took its key in this moment."""
    try:
        uow.session.flush()
    except IntegrityError as reason:
        raise DefinitionNotValid(NOT_SAVED, fields={"key": KEY_TAKEN}) from reason


def _choices_in_use(uow: UnitOfWork, found: CustomField, checked: Checked) -> dict[str, str]:
    """Refuse to take away what customers have chosen."""
    left = {choice.key for choice in checked.choices}
    gone = [choice for choice in definition_of(found).choices if choice.key not in left]
    if not gone:
        return {}
    use = use_of(uow, found).choices
    for choice in gone:
        if number := use.get(choice.key, 0):
            sentence = N_("Customers who have “%(choice)s”: %(number)s. Give them another value first.")
            said = choice.label.en or choice.label.sv
            return {"choices": Filled(sentence, choice=said, number=number)}
    return {}


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise DefinitionNotValid(NOT_SAVED, fields=wrong)


def _put(row: CustomField, edit: CustomFieldEdit, checked: Checked) -> None:
    row.label, row.help = checked.label.model_dump(), checked.help.model_dump()
    row.choices = [choice.model_dump() for choice in checked.choices]
    row.is_required, row.is_listed = edit.is_required, edit.is_listed
    row.is_active = edit.is_active
    # Nobody is looked for by "yes".
    row.is_searchable = edit.is_searchable and row.kind != "yes_no"


def _told(row: CustomField) -> dict[str, object]:
    """Return the definition as the audit log keeps it."""
    return definition_of(row).model_dump(mode="json", exclude={"id", "version"})


def _words_of(row: CustomField) -> object:
    """Return what customers are found by because of the definition; None when by nothing."""
    return row.choices if row.is_searchable and row.is_active else None
