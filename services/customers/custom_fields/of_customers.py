"""The values of custom fields with a customer: checked and changed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.custom_fields import COLUMN, CustomField, FieldValue, FieldValuesChange
from kernel.contracts.events import CustomerChanged
from kernel.database import UnitOfWork
from kernel.errors import N_, Invalid
from services.customers import audit
from services.customers.custom_fields.values import ValueNotValid, kept
from services.customers.models import Account, Customer
from services.customers.models import CustomField as Row
from services.customers.profiles.editing import ChangedMeanwhile
from services.customers.profiles.search_words import reword
from services.customers.queries.custom_fields import definition_of

Values = Mapping[str, FieldValue]


class FieldsNotValid(Invalid):
    """Some values cannot be kept; ``fields`` says which, by key."""


def active_fields(uow: UnitOfWork, *, lock: bool = False) -> list[CustomField]:
    """Return the definitions that are not retired, in their order; ``lock`` keeps them as they are."""
    found = select(Row).where(Row.is_active.is_(True)).order_by(Row.position, Row.key)
    if lock:
        # Shared: many save values at once, and only a change of a definition waits for them.
        found = found.with_for_update(read=True, of=Row).execution_options(populate_existing=True)
    return [definition_of(field) for field in uow.session.scalars(found)]


def change_values(
    uow: UnitOfWork, customer_id: UUID, change: FieldValuesChange, *, replaces: bool = False
) -> None:
    """Change the named values of a customer, all of them or none; ``replaces`` takes away all others.

    Raises NotFound, ChangedMeanwhile, FieldsNotValid.
    """
    uow.identity.require("customers.edit")
    customer = uow.get(Customer, customer_id, lock=True)
    if change.seen is not None and customer.version not in change.seen:
        raise ChangedMeanwhile(N_("Somebody else changed this customer meanwhile. Nothing is saved."))
    fields = active_fields(uow, lock=True)
    given = ({field.key: None for field in fields} if replaces else {}) | change.values
    wanted = examined(fields, customer.custom, given)
    changed = sorted(key for key in given if wanted.get(key) != customer.custom.get(key))
    if changed:
        _save(uow, customer, wanted, [field for field in fields if field.key in changed])


def examined(
    fields: Sequence[CustomField], before: Values, given: Mapping[str, object]
) -> dict[str, FieldValue]:
    """Return all values a customer has once the ``given`` ones are saved, as they are kept.

    The one check of every door: page, API and import. What is not given stays, and so do the values of
    retired fields; a required one must be there afterwards. Raises FieldsNotValid.
    """
    known = {field.key: field for field in fields}
    after, wrong = dict(before), {}
    for key, one in given.items():
        try:
            value = kept(_known(known, key), one)
        except ValueNotValid as reason:
            wrong[key] = reason.sentence
            continue
        after.pop(key, None)
        if value is not None:
            after[key] = value
    missing = [field.key for field in fields if field.is_required and field.key not in after]
    required = {key: N_("This is required.") for key in missing}
    if wrong or required:
        raise FieldsNotValid(N_("Nothing is saved: some fields are not valid."), fields=required | wrong)
    return after


def column_of(field: CustomField) -> str:
    """Return the column of a field in a file: ``field:shoe_size``; ``text_of`` gives its cells."""
    return f"{COLUMN}{field.key}"


def _known(known: Mapping[str, CustomField], key: str) -> CustomField:
    if key not in known:
        raise ValueNotValid(N_("There is no such custom field."))
    return known[key]


def _save(
    uow: UnitOfWork, customer: Customer, wanted: dict[str, Any], changed: Sequence[CustomField]
) -> None:
    keys = [field.key for field in changed]
    audit.note(
        uow,
        "custom fields changed",
        customer.id,
        before={f"custom.{key}": customer.custom.get(key) for key in keys},
        after={f"custom.{key}": wanted.get(key) for key in keys},
    )
    customer.custom = wanted
    customer.version += 1
    uow.session.flush()
    if any(field.is_searchable for field in changed):
        account = uow.session.scalars(select(Account).where(Account.id == customer.account_id)).one()
        reword(uow, [(account, customer)])
    uow.publish(CustomerChanged(customer_id=customer.id, fields=sorted(f"custom.{key}" for key in keys)))
