"""API keys: made once, shown once, proved by their hash."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select, update

from kernel.contracts.access import PERMISSIONS
from kernel.contracts.customers import KeyStanding
from kernel.database import UnitOfWork
from kernel.errors import N_, Invalid, Unauthenticated
from kernel.ids import new_id
from services.customers import audit
from services.customers.models import ApiKey

PREFIX = "atoll_"
USE_NOTED_EVERY = timedelta(minutes=1)


class ScopeNotKnown(Invalid):
    """A scope that is no permission."""


class KeyNotValid(Unauthenticated):
    """Unknown, revoked or expired: the caller is not told which."""


def create_api_key(
    uow: UnitOfWork, *, name: str, scopes: list[str], expires_at: datetime | None = None
) -> str:
    """Make a key and return it; only its hash is kept. ``["all"]`` is every permission.

    Raises ScopeNotKnown.
    """
    wanted = sorted(PERMISSIONS) if scopes == ["all"] else sorted(set(scopes))
    unknown = set(wanted) - PERMISSIONS
    if unknown or not wanted:
        sentence = N_("There is no scope %(unknown)s; there are all, %(scopes)s.")
        raise ScopeNotKnown(
            sentence, unknown=", ".join(sorted(unknown)) or '""', scopes=", ".join(sorted(PERMISSIONS))
        )
    key = PREFIX + secrets.token_urlsafe(32)
    made = ApiKey(
        id=new_id(),
        name=name,
        key_hash=sha256(key.encode()).hexdigest(),
        scopes=wanted,
        created_at=uow.now,
        created_by=uow.identity.actor,
        expires_at=expires_at,
    )
    audit.note(uow, "api key created", made.id, name=name, scopes=wanted)
    uow.add(made)
    return key


def prove(uow: UnitOfWork, key_hash: str) -> KeyStanding:
    """Return what the key with this hash is good for. Raises KeyNotValid."""
    key = uow.session.scalar(select(ApiKey).where(ApiKey.key_hash == key_hash))
    if key is None or not key.is_valid(uow.now):
        raise KeyNotValid(N_("This API key is not valid."))
    if key.last_used_at is None or key.last_used_at < uow.now - USE_NOTED_EVERY:
        uow.session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=uow.now))
    return KeyStanding(key_id=key.id, network_id=key.network_id, name=key.name, permissions=key.scopes)
