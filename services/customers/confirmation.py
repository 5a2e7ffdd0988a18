"""Does whoever asks still stand? One statement at the start of every request."""

from uuid import UUID

from sqlalchemy import bindparam, select

from kernel.contracts.access import ROLES, SITE_OWNER, Role
from kernel.database import UnitOfWork
from kernel.errors import N_, Unauthenticated
from services.customers.models import Account, ApiKey

# Made once: building a statement costs more than asking it.
ACCOUNT = select(Account.is_active, Account.epoch, Account.role).where(Account.id == bindparam("account_id"))
KEY = select(ApiKey).where(ApiKey.id == bindparam("key_id"))


class SessionEnded(Unauthenticated):
    """The account was closed, demoted or signed out everywhere, or the key was revoked."""


def confirm(uow: UnitOfWork) -> None:
    """Raise SessionEnded unless the account or key behind the identity is good now.

    On a visit it is the human's account that counts: who may no longer switch is out at once. A token
    that holds more than its account or key does now is refused too, whatever the epoch says.
    """
    asking = uow.identity
    if asking.key_id is not None:
        stands = _key_stands(uow, asking.key_id)
    elif asking.impersonator is not None:
        stands = _visitor_stands(uow, asking.impersonator)
    elif asking.account_id is not None:
        stands = _account_stands(uow, asking.account_id)
    else:
        stands = True
    if not stands:
        raise SessionEnded(N_("Your session has ended. Sign in again."))


def _key_stands(uow: UnitOfWork, key_id: UUID) -> bool:
    key = uow.session.scalar(KEY, {"key_id": key_id})
    return key is not None and key.is_valid(uow.now) and uow.identity.permissions <= set(key.scopes)


def _visitor_stands(uow: UnitOfWork, account_id: UUID) -> bool:
    admin = uow.session.execute(ACCOUNT, {"account_id": account_id}).one_or_none()
    return admin is not None and admin.is_active and "customers.switch" in _held(admin.role)


def _account_stands(uow: UnitOfWork, account_id: UUID) -> bool:
    now = uow.session.execute(ACCOUNT, {"account_id": account_id}).one_or_none()
    if now is None or not now.is_active or now.epoch != uow.identity.epoch:
        return False
    return uow.identity.permissions <= _held(now.role) | SITE_OWNER


def _held(role: Role | None) -> frozenset[str]:
    return ROLES[role] if role else frozenset()
