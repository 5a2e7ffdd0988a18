"""API keys: made once, shown once, proved by their hash, revoked at once.

A key answers for the admin who made it and never carries more than he may do at the moment. What was made
with a key goes when that key is revoked.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select, update

from kernel.contracts.access import PERMISSIONS
from kernel.contracts.api_keys import ApiKeyMade, ApiKeyOrder
from kernel.contracts.customers import KeyStanding
from kernel.contracts.events import ApiKeyCreated, ApiKeyRevoked
from kernel.database import UnitOfWork
from kernel.errors import N_, Forbidden, Invalid, Unauthenticated
from kernel.ids import new_id
from services.customers import audit
from services.customers.accounts import admins
from services.customers.accounts.confirmation import confirm
from services.customers.accounts.visiting import refuse_on_a_visit
from services.customers.models import Account, ApiKey
from services.customers.models.api_keys import reach_of

PREFIX = "atoll_"
USE_NOTED_EVERY = timedelta(minutes=1)
NOT_VALID = N_("This API key is not valid.")


class ScopeNotKnown(Invalid):
    """A scope that is no permission."""


class ScopeTooHigh(Forbidden):
    """A scope that whoever makes the key does not hold himself."""


class KeyNotValid(Unauthenticated):
    """Unknown, revoked, expired or asleep: the caller is not told which."""


def make(uow: UnitOfWork, order: ApiKeyOrder) -> ApiKeyMade:
    """Make a key for who asks. Raises ScopeNotKnown, ScopeTooHigh, SessionEnded."""
    expires_at = uow.now + timedelta(days=order.days) if order.days else None
    made, key = _make(uow, order.name, order.scopes, expires_at)
    return ApiKeyMade(id=made.id, key=key, expires_at=made.expires_at)


def create_api_key(
    uow: UnitOfWork, *, name: str, scopes: list[str], expires_at: datetime | None = None
) -> str:
    """Make a key and return it; only its hash is kept. ``["all"]`` is every permission.

    Raises ScopeNotKnown, ScopeTooHigh.
    """
    wanted = sorted(PERMISSIONS) if scopes == ["all"] else scopes
    return _make(uow, name, wanted, expires_at)[1]


def revoke(uow: UnitOfWork, key_id: UUID) -> None:
    """Let a key open nothing any more, nor any that was made with it; twice is once. Raises NotFound."""
    refuse_on_a_visit(uow)
    uow.identity.require(admins.PERMISSION)
    key = uow.get(ApiKey, key_id, lock=True)
    if key.revoked_at is not None:
        return
    audit.note(uow, "api key revoked", key.id, name=key.name)
    key.revoked_at = uow.now
    uow.publish(ApiKeyRevoked(key_id=key.id, name=key.name))
    for made_with in uow.session.scalars(select(ApiKey.id).where(ApiKey.made_with == key.id)).all():
        revoke(uow, made_with)


def prove(uow: UnitOfWork, key_hash: str) -> KeyStanding:
    """Return what the key with this hash is good for. Raises KeyNotValid."""
    key = uow.session.scalar(select(ApiKey).where(ApiKey.key_hash == key_hash))
    if key is None or not key.is_valid(uow.now):
        raise KeyNotValid(NOT_VALID)
    reach = _reach(uow, key)
    if not reach:
        raise KeyNotValid(NOT_VALID)
    if key.last_used_at is None or key.last_used_at < uow.now - USE_NOTED_EVERY:
        uow.session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=uow.now))
    return KeyStanding(key_id=key.id, network_id=key.network_id, name=key.name, permissions=sorted(reach))


def _reach(uow: UnitOfWork, key: ApiKey) -> frozenset[str]:
    answers = select(Account.role, Account.is_active).where(Account.id == key.account_id)
    account = uow.session.execute(answers).one_or_none() if key.account_id else None
    role, is_active = account or (None, None)
    return reach_of(key, role=role, is_active=is_active)


def _make(uow: UnitOfWork, name: str, scopes: list[str], expires_at: datetime | None) -> tuple[ApiKey, str]:
    refuse_on_a_visit(uow)
    uow.identity.require(admins.PERMISSION)
    wanted = _allowed(uow, scopes)
    account_id = _lock_maker(uow)
    key = PREFIX + secrets.token_urlsafe(32)
    made = ApiKey(
        id=new_id(),
        name=name.strip(),
        key_hash=sha256(key.encode()).hexdigest(),
        scopes=wanted,
        created_at=uow.now,
        created_by=uow.identity.actor,
        account_id=account_id,
        made_with=uow.identity.key_id,
        expires_at=_end_of(uow, expires_at),
    )
    audit.note(uow, "api key created", made.id, name=made.name, scopes=wanted)
    uow.add(made)
    uow.publish(ApiKeyCreated(key_id=made.id, name=made.name))
    return made, key


def _lock_maker(uow: UnitOfWork) -> UUID | None:
    """Return the admin whom a new key answers for, locked and confirmed. Raises SessionEnded.

    Whoever ends all that lets him in locks him too, and so either finds the key or comes first.
    """
    account_id = admins.acting_account(uow)
    if account_id is not None:
        uow.get(Account, account_id, lock=True)
    confirm(uow)
    return account_id


def _allowed(uow: UnitOfWork, scopes: list[str]) -> list[str]:
    """Return the scopes in order. Raises ScopeNotKnown, ScopeTooHigh."""
    wanted = sorted(set(scopes))
    unknown = set(wanted) - PERMISSIONS
    if unknown or not wanted:
        sentence = N_("There is no scope %(unknown)s; there are all, %(scopes)s.")
        raise ScopeNotKnown(
            sentence, unknown=", ".join(sorted(unknown)) or '""', scopes=", ".join(sorted(PERMISSIONS))
        )
    above = set(wanted) - uow.identity.permissions
    if above:
        sentence = N_("A key carries no more than you may do yourself; you may not: %(scopes)s.")
        raise ScopeTooHigh(sentence, scopes=", ".join(sorted(above)))
    return wanted


def _end_of(uow: UnitOfWork, wanted: datetime | None) -> datetime | None:
    """Return when the new key ends: never later than the key it is made with, which is locked."""
    if uow.identity.key_id is None:
        return wanted
    maker = uow.get(ApiKey, uow.identity.key_id, lock=True)
    if not maker.is_valid(uow.now):
        raise KeyNotValid(NOT_VALID)
    ends = [end for end in (wanted, maker.expires_at) if end is not None]
    return min(ends) if ends else None
