"""The bases that every contract shares, and the page of a list."""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

T = TypeVar("T")

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A DNS label: lower-case letters, digits and inner hyphens, at most 63 characters."""

NO_NUL = r"^[^\x00]*$"
"""The pattern of text that PostgreSQL can hold: anything but the character NUL."""


class Contract(BaseModel):
    """A value that crosses a process border; unknown fields are an error, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(Contract, Generic[T]):
    """A page of a list that is read by cursor.

    ``after`` and ``before`` are opaque; pass one back to go on or back. ``None``: nothing there.
    """

    items: list[T]
    after: str | None = None
    before: str | None = None
