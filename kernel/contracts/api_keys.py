"""API keys, as an owner sees and makes them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract

KeyState = Literal["active", "asleep", "expired", "revoked"]


class ApiKeyRow(Contract):
    """A key, without what opens anything.

    ``scopes`` it was given, ``reaches`` what of them it carries now: never more than the admin it answers
    for may do. ``asleep``: he may do nothing of it at the moment. ``created_by`` is empty for the operator.
    """

    id: UUID
    name: str
    scopes: list[str]
    reaches: list[str]
    state: KeyState
    created_by: str
    made_with: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiKeysList(Contract):
    """``GET /v1/api-keys``: good ones first, then the newest; ``scopes`` may be given by who asks."""

    items: list[ApiKeyRow]
    scopes: list[str]


class ApiKeyOrder(Contract):
    """``POST /v1/api-keys``; ``days`` None: it is good until it is revoked."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[str], Field(min_length=1, max_length=50)]
    days: Annotated[int, Field(ge=1, le=3650)] | None = None


class ApiKeyMade(Contract):
    """The key itself, told this once."""

    id: UUID
    key: str
    expires_at: datetime | None
