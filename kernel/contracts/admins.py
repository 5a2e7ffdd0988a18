"""Admins and invitations, as the customers service tells of them and is asked to change them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from kernel.contracts.access import Role
from kernel.contracts.common import Contract


class Admin(Contract):
    """An account with a role. ``may_be_changed`` by who asks: neither himself nor anybody above him."""

    id: UUID
    name: str
    email: str
    role: Role
    is_active: bool
    has_second_factor: bool
    last_sign_in_at: datetime | None
    may_be_changed: bool


class Invitation(Contract):
    """Somebody who was asked to become an admin, and has not answered. ``expires_at``: of the newest link."""

    id: UUID
    name: str
    email: str
    role: Role
    invited_by: str
    sent_at: datetime
    expires_at: datetime


class AdminsList(Contract):
    """``GET /v1/admins``: everybody with a role, and who is invited; ``roles`` may be given by who asks."""

    admins: list[Admin]
    invitations: list[Invitation]
    roles: list[Role]


class InvitationOrder(Contract):
    """``POST /v1/invitations``."""

    email: Annotated[str, Field(max_length=320)]
    name: Annotated[str, Field(max_length=200)] = ""
    role: Role


class RoleChange(Contract):
    """``PUT /v1/admins/<id>/role``."""

    role: Role


class InvitationLink(Contract):
    """``POST /v1/invitations/shown``: the secret of a mailed link, which is left as good as it was."""

    token: Annotated[str, Field(max_length=200)]


class InvitationShown(Contract):
    """What an invitation says to whom it was sent. ``is_known``: he has a password here, as a customer."""

    email: str
    name: str
    role: Role
    invited_by: str
    is_known: bool


class InvitationAcceptance(Contract):
    """``POST /v1/invitations/accepted``; the name is not asked of who has a password here already."""

    token: Annotated[str, Field(max_length=200)]
    name: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[str, Field(max_length=1024)] = ""


class InvitationAccepted(Contract):
    """Who is an admin now, and signs in with this address."""

    account_id: UUID
    email: str
