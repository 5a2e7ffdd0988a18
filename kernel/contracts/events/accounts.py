"""Who may sign in, and did: admins, customers' accounts, second factors, keys."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.contracts.events.happened import Happened


class AdminCreated(Happened):
    type: Literal["admin.created"] = "admin.created"
    account_id: UUID
    role: str


class AdminChanged(Happened):
    """An admin's role or standing changed; his sessions end."""

    type: Literal["admin.changed"] = "admin.changed"
    account_id: UUID
    role: str | None
    is_active: bool


class AdminInvited(Happened):
    """Somebody was asked by mail to become an admin; the account is his once he accepts."""

    type: Literal["admin.invited"] = "admin.invited"
    account_id: UUID
    role: str


class InvitationWithdrawn(Happened):
    type: Literal["invitation.withdrawn"] = "invitation.withdrawn"
    account_id: UUID
    role: str


class AdminSessionsEnded(Happened):
    type: Literal["admin.sessions_ended"] = "admin.sessions_ended"
    account_id: UUID


class SecondFactorChanged(Happened):
    """An account needs a second factor at sign-in from now on, or no longer."""

    type: Literal["account.second_factor_changed"] = "account.second_factor_changed"
    account_id: UUID
    customer_id: UUID | None
    is_on: bool


class RecoveryCodeUsed(Happened):
    """Somebody signed in without the app; ``left`` codes are still good."""

    type: Literal["account.recovery_code_used"] = "account.recovery_code_used"
    account_id: UUID
    customer_id: UUID | None
    left: int


class ApiKeyCreated(Happened):
    type: Literal["api_key.created"] = "api_key.created"
    key_id: UUID
    name: str


class ApiKeyRevoked(Happened):
    type: Literal["api_key.revoked"] = "api_key.revoked"
    key_id: UUID
    name: str


class SignedIn(Happened):
    type: Literal["account.signed_in"] = "account.signed_in"
    account_id: UUID
    customer_id: UUID | None
    country: str


class AccountLocked(Happened):
    """Too many failures; ``until`` says for how long."""

    type: Literal["account.locked"] = "account.locked"
    account_id: UUID
    customer_id: UUID | None
    until: datetime


class AccountUnlocked(Happened):
    """An admin let somebody in again before the lock ran out."""

    type: Literal["account.unlocked"] = "account.unlocked"
    account_id: UUID
    customer_id: UUID | None


class PasswordLinkSent(Happened):
    """A link to set a password is on its way; ``how``: ``admin`` or ``customer`` asked for it."""

    type: Literal["account.password_link_sent"] = "account.password_link_sent"
    account_id: UUID
    customer_id: UUID | None
    how: str


class PasswordChanged(Happened):
    """``how``: by a ``link``, or by its ``owner`` who was signed in; his other sessions ended."""

    type: Literal["account.password_changed"] = "account.password_changed"
    account_id: UUID
    customer_id: UUID | None
    how: str


class SignInForced(Happened):
    """An admin ended every session, visit, link and key of somebody, who must sign in again."""

    type: Literal["account.sign_in_forced"] = "account.sign_in_forced"
    account_id: UUID
    customer_id: UUID


AccountEvent = (
    AdminCreated
    | AdminChanged
    | AdminInvited
    | InvitationWithdrawn
    | AdminSessionsEnded
    | SecondFactorChanged
    | RecoveryCodeUsed
    | ApiKeyCreated
    | ApiKeyRevoked
    | SignedIn
    | AccountLocked
    | AccountUnlocked
    | PasswordLinkSent
    | PasswordChanged
    | SignInForced
)
