"""What is said and asked about how people get in: passwords, sign-ins, and ending all of it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.access import Role
from kernel.contracts.common import Contract
from kernel.contracts.customers import SignIn

SignInsResult = Literal["all", "succeeded", "failed"]
Typed = Annotated[str, Field(max_length=4096)]
"""A password as somebody typed it; longer than one may be, so that a rule can say so."""


class ResetShown(Contract):
    """``POST /v1/resets/looks``: with what whoever has the link signs in, for his password store."""

    email: str
    username: str


class PasswordReset(Contract):
    """``POST /v1/resets``: the new password of whoever has the link."""

    token: Annotated[str, Field(max_length=200)]
    password: Typed


class ResetDone(Contract):
    """The password is set; ``role`` and ``customer_id`` say at which doors it opens."""

    customer_id: UUID | None
    role: Role | None


class PasswordChange(Contract):
    """``POST /v1/standing/password-changes``: somebody who is signed in wants another password."""

    present: Typed
    password: Typed


class AccessEnded(Contract):
    """``POST /v1/customers/<id>/access/end``: how many of each opened something until now.

    ``epoch`` is the account's from now on; sessions of the one before were good until then.
    """

    account_id: UUID
    epoch: int
    api_keys: int
    reset_links: int
    verify_links: int
    invitations: int


class VisitsEnded(Contract):
    """``POST /v1/accounts/<id>/visits/end`` of sites: by the account or to it, and tickets on the way."""

    visits: int
    tickets: int


class ForcedSignIn(Contract):
    """``POST /api/v1/customers/<id>/force-sign-in``: all that was ended, by kind.

    ``sessions``, ``visits`` and ``tickets`` are None when they could not be counted because what keeps them
    does not answer; they open nothing any more all the same.
    """

    sessions: int | None
    visits: int | None
    tickets: int | None
    api_keys: int
    reset_links: int
    verify_links: int
    invitations: int


class SignInsQuery(Contract):
    """``GET /v1/customers/<id>/sign-ins``: which of them, newest first, and where to read on."""

    result: SignInsResult = "all"
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    after: str | None = None


class SignInsPage(Contract):
    """A page of somebody's sign-ins; ``last_sign_out_at`` is when he last pressed the button himself."""

    items: list[SignIn]
    after: str | None
    last_sign_in_at: datetime | None
    last_sign_out_at: datetime | None
