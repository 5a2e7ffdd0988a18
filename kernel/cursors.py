"""Opaque cursors: where a page of a list begins or ends, as a string that survives inserts."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from kernel.errors import N_, Invalid

LONGEST = 2000  # characters
BIGINT = 2**63 - 1


class CursorNotValid(Invalid):
    """The string is no cursor of this list."""


class Cursor(BaseModel):
    """The row beside which a page begins: the list it is of, what it is sorted by there, and its id."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    list: str
    value: Any
    id: UUID

    @classmethod
    def read(cls, given: str, *, of: str, field: str) -> Self:
        """Return the cursor in the string. Raises CursorNotValid, also for another list's."""
        try:
            padded = given[:LONGEST].encode() + b"=" * (-len(given) % 4)
            cursor = cls.model_validate_json(urlsafe_b64decode(padded))
        except ValueError as wrong:
            raise _not_valid(field) from wrong
        if cursor.list != of:
            raise _not_valid(field)
        return cursor

    def written(self) -> str:
        """Return the cursor as a string that is safe in an address."""
        packed = json.dumps(self.model_dump(mode="json"), separators=(",", ":"), ensure_ascii=False)
        return urlsafe_b64encode(packed.encode()).decode().rstrip("=")


class TextCursor(Cursor):
    """Beside a row of a list sorted by text."""

    value: Annotated[str, Field(max_length=LONGEST, pattern=r"^[^\x00]*$")]


class TimeCursor(Cursor):
    """Beside a row of a list sorted by time."""

    value: AwareDatetime


class NumberCursor(Cursor):
    """Beside a row of a list sorted by a number."""

    value: Annotated[int, Field(ge=-BIGINT, le=BIGINT)]


def _not_valid(field: str) -> CursorNotValid:
    sentence = N_("This is no place in this list; begin again at its first page.")
    return CursorNotValid(sentence, fields={field: sentence})
