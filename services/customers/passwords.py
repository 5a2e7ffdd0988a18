"""Password hashes: argon2id, with the parameters OWASP recommends for a busy server (19 MiB, 2, 1)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.errors import N_, Invalid

SHORTEST = 10
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


class PasswordTooShort(Invalid):
    """A new password has too few characters."""


def hash_password(password: str) -> str:
    """Return the hash to keep; takes some 20 ms, so never inside a transaction. Raises PasswordTooShort."""
    if len(password) < SHORTEST:
        sentence = N_("A password needs at least %(shortest)s characters.")
        raise PasswordTooShort(
            sentence, shortest=SHORTEST, fields={"password": sentence % {"shortest": SHORTEST}}
        )
    return HASHER.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one; as slow for an account without a password as for any other."""
    try:
        return HASHER.verify(password_hash or _nobodys(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def rehashed(password_hash: str | None, password: str) -> str | None:
    """Return a new hash when the parameters have changed since the old one was made, else None."""
    is_old = password_hash is not None and HASHER.check_needs_rehash(password_hash)
    return HASHER.hash(password) if is_old else None


@cache
def _nobodys() -> str:
    return HASHER.hash("a password that nobody has")
