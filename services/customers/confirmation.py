"""Does whoever asks still stand? One statement at the start of every request."""

from uuid import UUID

from sqlalchemy import select

from kernel.database import UnitOfWork
from kernel.errors import N_, Unauthenticated
from services.customers.models import Account, ApiKey


class SessionEnded(Unauthenticated):
    """The account was closed, demoted or signed out everywhere, or the key was revoked."""


def confirm(uow: UnitOfWork) -> None:
    """Raise SessionEnded unless the account or key behind the identity is good now.

    On a visit it is the human's account that counts: who may no longer switch is out at once.
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
    key = uow.session.scalar(select(ApiKey).where(ApiKey.id == key_id))
    return key is not None and key.is_valid(uow.now)


def _visitor_stands(uow: UnitOfWork, account_id: UUID) -> bool:
    admin = uow.session.scalar(select(Account).where(Account.id == account_id))
    return admin is not None and admin.is_active and "customers.switch" in admin.permissions


def _account_stands(uow: UnitOfWork, account_id: UUID) -> bool:
    now = select(Account.is_active, Account.epoch).where(Account.id == account_id)
    found = uow.session.execute(now).one_or_none()
    return found is not None and found.is_active and found.epoch == uow.identity.epoch
