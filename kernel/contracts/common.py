"""The base that every contract shares."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A DNS label: lower-case letters, digits and inner hyphens, at most 63 characters."""


class Contract(BaseModel):
    """A value that crosses a process border; unknown fields are an error, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class After(Contract):
    """Where to read a list on: the ``after`` of the page before."""

    after: str | None = None
