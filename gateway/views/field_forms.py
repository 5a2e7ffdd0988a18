"""The form of a custom field's definition: what stands in it, what was sent with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from pydantic import ValidationError

from gateway.translation import gettext as _
from kernel.contracts.custom_fields import (
    WITH_CHOICES,
    Choice,
    CustomField,
    CustomFieldEdit,
    FieldKind,
    Words,
)
from kernel.errors import BadRequest

BLANKS = 3
"""So many empty rows for choices a form has; more are had by its button."""

FLAGS = ("is_required", "is_listed", "is_searchable", "is_active")


@dataclass(frozen=True)
class Definition:
    """A definition as the form holds it."""

    kind: FieldKind
    edit: CustomFieldEdit
    key: str = ""
    blanks: int = BLANKS
    errors: Mapping[str, str] = field(default_factory=dict)
    meanwhile: Mapping[str, str] = field(default_factory=dict)


def edit_in_form(kind: FieldKind) -> CustomFieldEdit:
    """Return what was sent. A field is new or active unless it says otherwise."""
    form = request.form
    flags = {flag: flag in form for flag in FLAGS}
    try:
        return CustomFieldEdit(
            label=Words(en=form.get("label_en", ""), sv=form.get("label_sv", "")),
            help=Words(en=form.get("help_en", ""), sv=form.get("help_sv", "")),
            choices=_choices() if kind in WITH_CHOICES else (),
            **flags,
        )
    except ValidationError:
        raise BadRequest from None


def _choices() -> tuple[Choice, ...]:
    """Return the rows that have a label; a choice whose labels were emptied is taken away."""
    columns = [request.form.getlist(name) for name in ("choice_key", "choice_en", "choice_sv")]
    rows = zip(*columns, strict=False)
    return tuple(
        Choice(key=key, label=Words(en=en.strip(), sv=sv.strip()))
        for key, en, sv in rows
        if en.strip() or sv.strip()
    )


def meanwhile(edit: CustomFieldEdit, found: CustomField) -> dict[str, str]:
    """Return what somebody else has saved that is another than what was typed."""
    pairs: dict[str, tuple[Words | str, Words | str]] = {
        "label": (edit.label, found.label),
        "help": (edit.help, found.help),
        "choices": (_labels(edit), _labels(found)),
    }
    words = {name: _said(stored) for name, (typed, stored) in pairs.items() if typed != stored}
    flags = [flag for flag in FLAGS if getattr(edit, flag) != getattr(found, flag)]
    return words | {flag: _("Yes") if getattr(found, flag) else _("No") for flag in flags}


def _said(words: Words | str) -> str:
    if isinstance(words, str):
        return words
    return " / ".join(one for one in (words.en, words.sv) if one) or _("Not given")


def _labels(edit: CustomFieldEdit) -> str:
    return ", ".join(_said(choice.label) for choice in edit.choices)


def shown(definition: Definition) -> dict[str, Any]:
    """Return what the templates show of a definition."""
    return {
        "definition": definition,
        "edit": definition.edit,
        "errors": definition.errors,
        "meanwhile": definition.meanwhile,
        "has_choices": definition.kind in WITH_CHOICES,
        "choices": [*definition.edit.choices, *[Choice(label=Words())] * definition.blanks],
    }
