"""The values of custom fields: what may be one, as it is kept, and as text in a file."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from kernel.contracts.custom_fields import CustomField, FieldKind, FieldValue
from kernel.errors import N_, Filled
from kernel.folding import fold

LONGEST_TEXT = 500  # characters
LONGEST_URL = 2000  # characters
MOST_DIGITS = 15  # of which a JSON number keeps every one
MOST_DECIMALS = 6
BETWEEN = "|"
"""Stands between several choices in a file."""

NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WORDS_OF_BOOL: Mapping[str, bool] = {
    **dict.fromkeys(("true", "yes", "1", "y", "on", "ja"), True),
    **dict.fromkeys(("false", "no", "0", "n", "off", "nej"), False),
}


class ValueNotValid(ValueError):
    """What was given is no value of the field; the message is the sentence to say."""

    def __init__(self, sentence: str, **params: object) -> None:
        self.sentence = Filled(sentence, **params)
        super().__init__(self.sentence)


def kept(field: CustomField, given: object) -> FieldValue | None:
    """Return the value as it is kept, None when there is none. Raises ValueNotValid."""
    if given is None or given == [] or (isinstance(given, str) and not given.strip()):
        return None
    return KEPT[field.kind](field, given)


def text_of(field: CustomField, value: FieldValue | None) -> str:
    """Return a kept value as a file has it: the same in every language, and ``of_text`` reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return BETWEEN.join(value)
    return plain(value) if isinstance(value, int | float) else value


def of_text(field: CustomField, cell: str) -> FieldValue | None:
    """Return the value in a cell of a file, as it is kept; people's spreadsheets are met half-way.

    A decimal comma, yes and no in words, and the label of a choice in place of its key. Raises
    ValueNotValid.
    """
    given = cell.strip()
    if field.kind == "number":
        return kept(field, re.sub(r"\s", "", given).replace("−", "-").replace(",", ".", 1))
    if field.kind == "choice":
        return kept(field, _key_of(field, given))
    if field.kind == "choices":
        return kept(field, [_key_of(field, part.strip()) for part in given.split(BETWEEN) if part.strip()])
    return kept(field, given)


def plain(number: float) -> str:
    """Return a number without an exponent: ``0.000001``."""
    return format(Decimal(repr(number)), "f")


def words_in(field: CustomField, value: FieldValue) -> Sequence[str]:
    """Return the texts that a customer is found by when the field is searchable."""
    if isinstance(value, bool):
        return ()
    if isinstance(value, int | float):
        return (plain(value),)
    chosen = value if isinstance(value, list) else [value]
    if not field.choices:
        return chosen
    labels = {choice.key: (choice.label.en, choice.label.sv) for choice in field.choices}
    return [words for key in chosen for words in labels.get(key, (key,))]


def is_one_line(text: str) -> bool:
    """Whether the text holds no line break and no control character."""
    return not any(category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in text)


def _text(_field: CustomField, given: object) -> str:
    text = _string(given).strip()
    if len(text) > LONGEST_TEXT:
        raise ValueNotValid(
            N_("This has %(length)s characters; at most %(most)s are kept."),
            length=len(text),
            most=LONGEST_TEXT,
        )
    if not is_one_line(text):
        raise ValueNotValid(N_("This must be one line, without control characters."))
    return text


def _number(_field: CustomField, given: object) -> int | float:
    number = _decimal(given)
    whole, _, decimals = format(number.copy_abs(), "f").partition(".")
    decimals = decimals.rstrip("0")
    if len(whole.lstrip("0")) + len(decimals) > MOST_DIGITS or len(decimals) > MOST_DECIMALS:
        raise ValueNotValid(
            N_("A number has at most %(digits)s digits, and at most %(decimals)s of them decimals."),
            digits=MOST_DIGITS,
            decimals=MOST_DECIMALS,
        )
    return float(number) if decimals else int(number)


def _decimal(given: object) -> Decimal:
    is_number = isinstance(given, int) or (isinstance(given, float) and isfinite(given))
    is_text = isinstance(given, str) and NUMBER.fullmatch(given.strip())
    if isinstance(given, bool) or not (is_number or is_text):
        raise ValueNotValid(N_("Write a number, like 1234.5."))
    return Decimal(str(given).strip())


def _date(_field: CustomField, given: object) -> str:
    text = _string(given).strip()
    try:
        if not DATE.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError as wrong:
        raise ValueNotValid(N_("Write a day that exists as year-month-day, like 2026-05-31.")) from wrong


def _yes_no(_field: CustomField, given: object) -> bool:
    said = given if isinstance(given, bool) else WORDS_OF_BOOL.get(_string(given).strip().lower())
    if said is None:
        raise ValueNotValid(N_("This is yes or no."))
    return said


def _choice(field: CustomField, given: object) -> str:
    key = _string(given)
    if key not in {choice.key for choice in field.choices}:
        raise ValueNotValid(N_("This is not among the choices."))
    return key


def _choices(field: CustomField, given: object) -> list[str]:
    several = given if isinstance(given, list) else [given]
    chosen = {_choice(field, one) for one in several}
    return [choice.key for choice in field.choices if choice.key in chosen]


def _url(_field: CustomField, given: object) -> str:
    text = _string(given).strip()
    sentence = N_("Write a web address that begins with https:// or http://.")
    if len(text) > LONGEST_URL or not is_one_line(text) or " " in text or "\\" in text:
        raise ValueNotValid(sentence)
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        _port = parts.port
    except ValueError as wrong:
        raise ValueNotValid(sentence) from wrong
    if not is_web:
        raise ValueNotValid(sentence)
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def _string(given: object) -> str:
    if not isinstance(given, str):
        raise ValueNotValid(N_("This must be a text."))
    return given


def _key_of(field: CustomField, given: str) -> str:
    """Return the key of the choice that has this key, or else this label."""
    if given in {choice.key for choice in field.choices}:
        return given
    wanted = fold(given)
    labelled = (c.key for c in field.choices if wanted in {fold(c.label.en), fold(c.label.sv)})
    return next(labelled, given)


KEPT: Mapping[FieldKind, Callable[[CustomField, Any], FieldValue]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "url": _url,
}
