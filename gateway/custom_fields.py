"""Custom fields as pages say them: their words, their values, and what somebody types into a form."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from babel import Locale
from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from flask import Flask
from flask_babel import get_locale
from werkzeug.datastructures import MultiDict

from gateway.formats import formats
from gateway.translation import gettext as _
from kernel.contracts.custom_fields import CustomField, FieldKind, FieldValue, Words
from kernel.errors import N_

KINDS: Mapping[FieldKind, str] = {
    "text": N_("Text"),
    "number": N_("Number, with decimals"),
    "date": N_("Date"),
    "yes_no": N_("Yes or no"),
    "choice": N_("One choice"),
    "choices": N_("Several choices"),
    "url": N_("Web address"),
}
INPUT = "value-"
"""What the name of a form field begins with: a key alone could be any other field's name."""


class Shown(NamedTuple):
    """A value of a customer as a page shows it; ``text`` is empty without one, ``href`` is a web address."""

    label: str
    text: str
    href: str
    is_number: bool


def install_custom_fields(app: Flask) -> None:
    """Give templates what they need to show custom fields."""
    app.jinja_env.globals.update(field_words=in_words, field_shown=shown, field_kind=kind_in_words)


def in_words(words: Words) -> str:
    """Return the words in the reader's language, or else in the other."""
    locale = get_locale()
    is_swedish = locale is not None and locale.language == "sv"
    return (words.sv or words.en) if is_swedish else (words.en or words.sv)


def kind_in_words(kind: FieldKind) -> str:
    return _(KINDS[kind])


def shown(field: CustomField, value: FieldValue | None) -> Shown:
    """Return a value as the page shows it; one that its definition does not explain is shown as it is."""
    href = value if field.kind == "url" and isinstance(value, str) and is_web(value) else ""
    return Shown(in_words(field.label), _text(field, value), href, field.kind == "number")


def list_of(fields: Sequence[CustomField], custom: Mapping[str, FieldValue]) -> tuple[Shown, ...]:
    """Return what a list shows of a customer in these fields."""
    return tuple(shown(field, custom.get(field.key)) for field in fields)


def is_web(address: str) -> bool:
    """Whether a link may lead there; nothing else was ever kept, but a link is no place to rely on it."""
    return address.startswith(("https://", "http://"))


def typed(field: CustomField, value: FieldValue | None) -> str | list[str]:
    """Return a value as the form holds it; ``read`` of it is the value again."""
    if value is None:
        return [] if field.kind == "choices" else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return typed_number(value, formats().locale)
    return value


def read(field: CustomField, form: MultiDict[str, str]) -> FieldValue | None:
    """Return what was typed, to be checked by the service: a number as it is written everywhere."""
    name = INPUT + field.key
    if field.kind == "choices":
        return form.getlist(name)
    given = form.get(name, "")
    return read_number(given, formats().locale) if field.kind == "number" else given


def typed_number(number: float, locale: Locale) -> str:
    """``1234,5`` in Swedish: a number without marks between its thousands."""
    return format_decimal(
        Decimal(repr(number)), locale=locale, group_separator=False, decimal_quantization=False
    )


def read_number(given: str, locale: Locale) -> str:
    """Return a number typed in the reader's way as ``1234.5``; what is none stays as it was typed.

    Nobody writes exponents here, and ``1e999999999`` would have a billion digits.
    """
    plain = re.sub(r"\s", "", given).replace("−", "-")
    if any(sign.isalpha() for sign in plain):
        return given
    try:
        return format(parse_decimal(plain, locale=locale, strict=True), "f") if plain else ""
    except NumberFormatError:
        return given


def _text(field: CustomField, value: FieldValue | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return formats().decimal(value)
    if isinstance(value, list):
        return ", ".join(_label_of(field, key) for key in value)
    if field.kind == "date":
        return _day(value)
    return _label_of(field, value)


def _label_of(field: CustomField, key: str) -> str:
    return next((in_words(choice.label) for choice in field.choices if choice.key == key), key)


def _day(value: str) -> str:
    try:
        return formats().date(date.fromisoformat(value))
    except ValueError:
        return value
