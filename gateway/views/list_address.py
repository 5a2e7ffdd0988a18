"""The address of a list: read into what was asked for, and written with something else in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from flask import request
from pydantic import BaseModel, ValidationError

from kernel.errors import BadRequest

C = TypeVar("C", bound=BaseModel)


@dataclass(frozen=True)
class Tab:
    """A tab with its true count; None while it is not known."""

    name: str
    href: str
    count: int | None
    current: bool


def asked_for(contract: type[C], given: Mapping[str, str] | None = None) -> C:
    """Return what the address, or a form that is ``given``, asks for; what is empty is not asked.

    Raises BadRequest.
    """
    asked = request.args if given is None else given
    wanted = {name: value for name, value in asked.items() if name in contract.model_fields and value}
    try:
        return contract.model_validate(wanted)
    except ValidationError:
        raise BadRequest from None


def address(path: str, query: BaseModel, **changed: object) -> str:
    """``/products?tab=plan&q=bas``: this asking with something else, from its first page."""
    wanted = query.model_dump(mode="json") | {"after": None, "before": None} | changed
    usual = type(query)().model_dump(mode="json")
    said = {name: value for name, value in wanted.items() if value is not None and value != usual.get(name)}
    return f"{path}?{urlencode(said)}" if said else path
