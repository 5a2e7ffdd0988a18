"""Admins: what one may do to another, and that a network never loses its last owner.

A role may be given, and its holder changed, only by who may do all that the role may. Nobody changes his
own standing.
"""

from typing import cast
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.access import ROLES, Role, held_as_admin
from kernel.contracts.events import AdminChanged, AdminSessionsEnded
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Forbidden, NotFound
from services.customers import audit
from services.customers.accounts import second_factors, withdrawals
from services.customers.accounts.confirmation import confirm
from services.customers.accounts.visiting import refuse_on_a_visit
from services.customers.models import Account, ApiKey

PERMISSION = withdrawals.INVITES


class TooHigh(Forbidden):
    """The role, or its holder, may do something that who asks may not."""


class NotOnOneself(Forbidden):
    """Somebody wanted to change his own standing."""


class LastOwner(Conflict):
    """Without this one nobody could look after the network."""


class OwnersOnly(Forbidden):
    """Not even an API key with every permission may do this."""


def change_role(uow: UnitOfWork, account_id: UUID, role: Role) -> None:
    """Give an admin another role; his sessions end. Raises TooHigh, NotOnOneself, LastOwner, NotFound."""
    account = _lock(uow, account_id)
    refuse_role(uow, role)
    if account.role == role:
        return
    if role != "owner":
        _refuse_last_owner(uow, account)
    audit.note(uow, "admin role changed", account.id, before={"role": account.role}, after={"role": role})
    account.role = role
    _changed(uow, account)


def deactivate(uow: UnitOfWork, account_id: UUID) -> None:
    """Let an account sign in nowhere, until it is activated again. Raises as ``change_role``."""
    account = _lock(uow, account_id)
    if not account.is_active:
        return
    _refuse_last_owner(uow, account)
    audit.note(uow, "admin deactivated", account.id, before={"is_active": True}, after={"is_active": False})
    account.is_active = False
    _changed(uow, account)


def reactivate(uow: UnitOfWork, account_id: UUID) -> None:
    """Let the account sign in again. Raises TooHigh, NotOnOneself, NotFound."""
    account = _lock(uow, account_id)
    if account.is_active:
        return
    audit.note(uow, "admin reactivated", account.id, before={"is_active": False}, after={"is_active": True})
    account.is_active = True
    _changed(uow, account)


def remove(uow: UnitOfWork, account_id: UUID) -> None:
    """Take the role away; who is a customer too stays one. Raises as ``change_role``."""
    account = _lock(uow, account_id)
    _refuse_last_owner(uow, account)
    audit.note(uow, "admin removed", account.id, before={"role": account.role}, after={"role": None})
    account.role = None
    _changed(uow, account)


def end_sessions(uow: UnitOfWork, account_id: UUID) -> None:
    """Sign an admin, or oneself, out everywhere, and end his visits. Raises TooHigh, NotFound."""
    account = _lock(uow, account_id, may_be_oneself=True)
    audit.note(uow, "admin sessions ended", account.id)
    account.epoch += 1
    uow.publish(AdminSessionsEnded(account_id=account.id))


def take_off_second_factor(uow: UnitOfWork, account_id: UUID) -> None:
    """Let somebody who lost his phone in again with his password; his sessions end, and he is told.

    For owners themselves alone: a key that leaked must not open the accounts of people. Raises OwnersOnly,
    NoFactor, NotOnOneself, NotFound.
    """
    account = _lock(uow, account_id)
    own = uow.identity.account_id
    if own is None or uow.get(Account, own).role != "owner":
        raise OwnersOnly(N_("Only an owner who is signed in can take a second factor off somebody else."))
    second_factors.take_off(uow, account, notice="second_factor_reset")


def refuse_role(uow: UnitOfWork, role: Role) -> None:
    """Raise TooHigh when who asks may not give this role."""
    if not ROLES[role] <= uow.identity.permissions:
        sentence = N_("You cannot make anybody %(role)s: that role may do more than you.")
        raise TooHigh(sentence, role=role)


def acting_account(uow: UnitOfWork) -> UUID | None:
    """Return the account behind the request: its own, or whose API key it is; None for the operator."""
    asking = uow.identity
    if asking.key_id is None:
        return asking.account_id
    return uow.session.scalar(select(ApiKey.account_id).where(ApiKey.id == asking.key_id))


def lock_admins(uow: UnitOfWork) -> dict[UUID, Account]:
    """Return every account with a role, locked, so that changes of admins queue up.

    In the order of their ids, so that two who come at once cannot wait for each other.
    """
    everybody = select(Account).where(Account.role.is_not(None)).order_by(Account.id)
    locked = everybody.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {account.id: account for account in uow.session.scalars(locked)}


def _lock(uow: UnitOfWork, account_id: UUID, *, may_be_oneself: bool = False) -> Account:
    """Return the admin to be changed, after everything has been asked that holds for every change."""
    refuse_on_a_visit(uow)
    uow.identity.require(PERMISSION)
    account = lock_admins(uow).get(account_id)
    confirm(uow)  # whoever held the lock before us may have taken our own rights
    if account is None:
        raise NotFound(N_("There is no such administrator."))
    if not may_be_oneself and account.id == acting_account(uow):
        raise NotOnOneself(N_("You cannot change your own role or standing; ask another owner."))
    if not ROLES[cast(Role, account.role)] <= uow.identity.permissions:
        raise TooHigh(N_("You cannot change this admin, who may do more than you."))
    return account


def _refuse_last_owner(uow: UnitOfWork, account: Account) -> None:
    """Raise LastOwner when nobody else could look after the network; all admins are locked already."""
    if account.role != "owner" or not account.is_active:
        return
    others = select(Account.id).where(Account.role == "owner", Account.is_active, Account.id != account.id)
    if uow.session.scalar(others.limit(1)) is None:
        raise LastOwner(N_("This is the last active owner. Make somebody else an owner first."))


def _changed(uow: UnitOfWork, account: Account) -> None:
    """End his sessions, and what he has invited others to and could not any more."""
    account.epoch += 1
    held = held_as_admin(account.role, is_active=account.is_active)
    withdrawals.end_those_of(uow, account.id, held=held)
    uow.publish(AdminChanged(account_id=account.id, role=account.role, is_active=account.is_active))
