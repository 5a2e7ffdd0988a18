"""The admins of a network, and who is invited to become one."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from kernel.contracts.access import ROLES, Role
from kernel.contracts.admins import Admin, AdminsList, Invitation
from kernel.database import UnitOfWork
from services.customers.accounts.admins import acting_account
from services.customers.models import Account, SecondFactor, SignInAttempt
from services.customers.models import Invitation as InvitationRow
from services.customers.profiles.names import display_name


def admins_list(uow: UnitOfWork) -> AdminsList:
    """Return everybody with a role, those who do most first, and the open invitations."""
    admins = [_admin(row, uow.identity.permissions, acting_account(uow)) for row in _admins(uow)]
    order = list(ROLES)
    return AdminsList(
        admins=sorted(admins, key=lambda admin: (order.index(admin.role), admin.name.casefold())),
        invitations=[_invitation(row) for row in uow.session.execute(_invitations()).all()],
        roles=[role for role, held in ROLES.items() if held <= uow.identity.permissions],
    )


def _admins(uow: UnitOfWork) -> list[Row[Any]]:
    last = (
        select(SignInAttempt.at)
        .where(SignInAttempt.account_id == Account.id, SignInAttempt.succeeded, SignInAttempt.door == "admin")
        .order_by(SignInAttempt.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    same = (SecondFactor.network_id == Account.network_id) & (SecondFactor.account_id == Account.id)
    found = select(Account, SecondFactor.confirmed_at, last.label("last_sign_in_at"))
    return list(uow.session.execute(found.outerjoin(SecondFactor, same).where(Account.role.is_not(None))))


def _admin(row: Row[Any], held: frozenset[str], asking: UUID | None) -> Admin:
    account: Account = row.Account
    last_sign_in_at: datetime | None = row.last_sign_in_at
    return Admin(
        id=account.id,
        name=_name(account),
        email=account.email,
        role=cast(Role, account.role),
        is_active=account.is_active,
        has_second_factor=row.confirmed_at is not None,
        last_sign_in_at=last_sign_in_at,
        may_be_changed=account.id != asking and ROLES[cast(Role, account.role)] <= held,
    )


def _invitations() -> Select[InvitationRow, Account, Account]:
    inviter = aliased(Account)
    is_open = InvitationRow.accepted_at.is_(None), InvitationRow.withdrawn_at.is_(None)
    return (
        select(InvitationRow, Account, inviter)
        .join(Account, Account.id == InvitationRow.account_id)
        .outerjoin(inviter, inviter.id == InvitationRow.invited_by)
        .where(*is_open)
        .order_by(InvitationRow.sent_at.desc())
    )


def _invitation(row: Row[InvitationRow, Account, Account]) -> Invitation:
    invitation, account, inviter = row
    return Invitation(
        id=invitation.id,
        name=display_name(account.first_name, account.last_name),
        email=account.email,
        role=cast(Role, invitation.role),
        invited_by=_name(inviter) if inviter else "",
        sent_at=invitation.sent_at,
        expires_at=invitation.expires_at,
    )


def _name(account: Account) -> str:
    return display_name(account.first_name, account.last_name, username=account.username)
