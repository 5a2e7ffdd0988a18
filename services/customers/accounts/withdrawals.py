"""Invitations that open nothing any more: withdrawn by somebody, or with what they stood on."""

from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select

from kernel.contracts.access import ROLES, Role
from kernel.contracts.events import InvitationWithdrawn
from kernel.database import UnitOfWork
from services.customers import audit
from services.customers.accounts import one_time_tokens
from services.customers.models import Account, Customer, Invitation, SignInAttempt

INVITES = "network.settings"
"""What it takes to invite anybody."""


def end(uow: UnitOfWork, invitation: Invitation) -> None:
    """Let a locked invitation open nothing any more; an address that was nobody's is free again."""
    account = uow.get(Account, invitation.account_id, lock=True)
    one_time_tokens.void(uow, account.id, "invite")
    audit.note(uow, "invitation withdrawn", account.id, role=invitation.role)
    uow.publish(InvitationWithdrawn(account_id=account.id, role=invitation.role))
    invitation.withdrawn_at = uow.now
    uow.session.flush()
    if _is_nobodys(uow, account):
        uow.session.execute(delete(SignInAttempt).where(SignInAttempt.account_id == account.id))
        uow.session.execute(delete(Account).where(Account.id == account.id))


def lock_open(uow: UnitOfWork, *which: ColumnElement[bool]) -> list[Invitation]:
    """Return the open invitations, locked in the order of their ids."""
    is_open = Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)
    found = select(Invitation).where(*which, *is_open).order_by(Invitation.id)
    locked = found.with_for_update(of=Invitation).execution_options(populate_existing=True)
    return list(uow.session.scalars(locked))


def end_those_of(uow: UnitOfWork, inviter_id: UUID, *, held: frozenset[str]) -> None:
    """Withdraw what an admin has open and could not invite to with the permissions that he holds now."""
    for invitation in lock_open(uow, Invitation.invited_by == inviter_id):
        if INVITES not in held or not ROLES[cast(Role, invitation.role)] <= held:
            end(uow, invitation)


def _is_nobodys(uow: UnitOfWork, account: Account) -> bool:
    """Whether the account was made for the invitation alone."""
    if account.password_hash is not None or account.role is not None:
        return False
    customers = select(func.count()).select_from(Customer).where(Customer.account_id == account.id)
    return uow.session.scalar(customers) == 0
