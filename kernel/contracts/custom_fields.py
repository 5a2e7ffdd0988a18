"""Custom fields: what a network wants to know of its customers beside what everybody does."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract

FieldKind = Literal["text", "number", "date", "yes_no", "choice", "choices", "url"]
WITH_CHOICES: frozenset[FieldKind] = frozenset({"choice", "choices"})

FieldValue = bool | int | float | str | list[str]
"""A value as it is kept. Text, URL and one choice: a string, the choice's key; several choices: their keys
in the order of the definition; date: ``2026-05-31``; number: at most 15 digits, so that JSON keeps each."""

MOST_FIELDS = 50
MOST_CHOICES = 100
COLUMN = "field:"
"""What the column of a field begins with in a file: ``field:shoe_size``."""


class Words(Contract):
    """The same in each language; an empty one is said in the other."""

    en: str = ""
    sv: str = ""


class Choice(Contract):
    """Something to choose. An empty key is made from the label."""

    key: str = ""
    label: Words


class CustomFieldEdit(Contract):
    """What of a definition can be changed. One that is not active is retired: values are kept, and hidden."""

    label: Words
    help: Words = Words()
    choices: tuple[Choice, ...] = ()
    is_required: bool = False
    is_listed: bool = False
    is_searchable: bool = False
    is_active: bool = True


class NewCustomField(CustomFieldEdit):
    """``POST /v1/custom-fields``: key and kind never change. An empty key is made from the label."""

    key: str = ""
    kind: FieldKind


class CustomFieldChange(Contract):
    """``PUT /v1/custom-fields/<id>``: the definition, and the version that it replaces."""

    field: CustomFieldEdit
    version: int


class CustomField(NewCustomField):
    """A definition. ``version`` is what a change names."""

    id: UUID
    version: int


class CustomFields(Contract):
    """``GET /v1/custom-fields``: in their order, the retired ones among them."""

    items: list[CustomField]


class CustomFieldsOrder(Contract):
    """``PUT /v1/custom-fields/order``: every field, in the order wanted."""

    ids: Annotated[list[UUID], Field(max_length=MOST_FIELDS)]


class CustomFieldUse(Contract):
    """``GET /v1/custom-fields/<id>/use``: how many customers have a value, and have made each choice."""

    customers: int
    choices: dict[str, int]


class FieldValues(Contract):
    """Values by the key of their field; null takes one away."""

    values: dict[str, FieldValue | None]


class FieldValuesChange(FieldValues):
    """``PATCH /v1/customers/<id>/fields``, and ``PUT``, which also takes away what is not named.

    ``seen``: the versions of the customer that the caller knows; None when he does not care.
    """

    seen: list[int] | None
