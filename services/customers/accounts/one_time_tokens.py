"""Links that come by mail and work once: to verify an address, to set a password, to become an admin."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound
from kernel.ids import new_id
from services.customers.models import Account, OneTimeToken

Purpose = Literal["verify", "reset", "invite"]

LIFETIMES: dict[str, timedelta] = {
    "verify": timedelta(hours=24),
    "reset": timedelta(hours=2),
    "invite": timedelta(days=7),
}


NO_LONGER = N_("This link has been used or is too old. Ask for a new one.")


class LinkNotValid(NotFound):
    """Used, too old, replaced, or sent to an address that is no longer the account's: not told which."""


def issue(uow: UnitOfWork, account_id: UUID, purpose: Purpose) -> str:
    """Return a new token for the account's present address. Raises NotFound."""
    account = uow.get(Account, account_id)
    token = secrets.token_urlsafe(32)
    uow.add(
        OneTimeToken(
            id=new_id(),
            account_id=account.id,
            purpose=purpose,
            token_hash=hash_of(token),
            email_key=account.email_key,
            created_at=uow.now,
            expires_at=uow.now + LIFETIMES[purpose],
        )
    )
    return token


def consume(uow: UnitOfWork, token: str, purpose: Purpose) -> Account:
    """Use the token up and return its account, locked. Raises LinkNotValid.

    One UPDATE decides, so two browsers cannot both get through; the account's other links of the purpose
    are void from then on.
    """
    # The account first: two who use two links of one account at once wait here, and not for each other.
    account = uow.get(Account, find(uow, token, purpose).id, lock=True)
    used = (
        update(OneTimeToken)
        .where(OneTimeToken.token_hash == hash_of(token), *_open(uow, purpose))
        .where(OneTimeToken.account_id == account.id, OneTimeToken.email_key == account.email_key)
        .values(used_at=uow.now)
        .returning(OneTimeToken.id)
        .execution_options(synchronize_session=False)
    )
    if uow.session.scalar(used) is None:
        raise LinkNotValid(NO_LONGER)
    void(uow, account.id, purpose)
    return account


def find(uow: UnitOfWork, token: str, purpose: Purpose) -> Account:
    """Return whose token this is, without using it up; changes nothing. Raises LinkNotValid."""
    mine = select(OneTimeToken.account_id, OneTimeToken.email_key).where(
        OneTimeToken.token_hash == hash_of(token), *_open(uow, purpose)
    )
    found = uow.session.execute(mine).one_or_none()
    account = uow.get(Account, found.account_id) if found else None
    if found is None or account is None or account.email_key != found.email_key:
        raise LinkNotValid(NO_LONGER)
    return account


def void(uow: UnitOfWork, account_id: UUID, *purposes: Purpose) -> int:
    """Let open tokens of the account open nothing more; return how many there were."""
    gone = (
        update(OneTimeToken)
        .where(OneTimeToken.account_id == account_id, OneTimeToken.purpose.in_(purposes))
        .where(OneTimeToken.used_at.is_(None), OneTimeToken.expires_at > uow.now)
        .values(used_at=uow.now)
        .returning(OneTimeToken.id)
        .execution_options(synchronize_session=False)
    )
    return len(uow.session.execute(gone).all())


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return sha256(token.encode()).hexdigest()


def _open(uow: UnitOfWork, purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    return (
        OneTimeToken.purpose == purpose,
        OneTimeToken.used_at.is_(None),
        OneTimeToken.expires_at > uow.now,
    )
