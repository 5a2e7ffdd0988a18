"""Passwords: which ones may be chosen, and their hashes.

The hashes are argon2id with the parameters OWASP recommends for a busy server (19 MiB, 2, 1).
"""

from collections.abc import Iterable
from functools import cache
from importlib import import_module

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.errors import N_, Filled, Invalid

SHORTEST = 8
LONGEST = 1024
CLASSES = 3
PART = 4
"""So many characters of somebody's address make a password his; fewer stand in any word."""
AROUND = 4
"""So many digits and signs around a common password do not make it another."""
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


class PasswordNotAllowed(Invalid):
    """A password that may not be chosen; ``fields`` has a sentence for each rule that it breaks."""


def hash_password(password: str, *logins: str) -> str:
    """Return the hash to keep of a password that somebody with these ``logins`` chose.

    Takes some 20 ms, so never inside a transaction. Raises PasswordNotAllowed.
    """
    broken = broken_rules(password, *logins)
    if broken:
        fields = {f"password.{rule}": sentence for rule, sentence in broken.items()}
        raise PasswordNotAllowed(N_("This password cannot be used. Choose another one."), fields=fields)
    return hash_without_rules(password)


def hash_without_rules(password: str) -> str:
    """Return the hash of a password that an operator has decided on, or a program made up."""
    return HASHER.hash(password)


def broken_rules(password: str, *logins: str) -> dict[str, str]:
    """Return the rules that a new password breaks, each with the sentence that says what it asks.

    ``logins`` are the address and the username of whose it is to be.
    """
    rules = {
        "length": (len(password) < SHORTEST, Filled(TOO_SHORT, shortest=SHORTEST)),
        "size": (len(password) > LONGEST, Filled(TOO_LONG, longest=LONGEST)),
        "classes": (_classes_in(password) < CLASSES, TOO_SIMPLE),
        "login": (_holds_login(password, logins), HOLDS_LOGIN),
        "common": (_is_common(password), COMMON),
    }
    return {rule: sentence for rule, (is_broken, sentence) in rules.items() if is_broken}


TOO_SHORT = N_("A password needs at least %(shortest)s characters.")
TOO_LONG = N_("A password can have at most %(longest)s characters.")
TOO_SIMPLE = N_("A password needs three of these: small letters, capital letters, digits, other characters.")
HOLDS_LOGIN = N_("A password must not hold the e-mail address or the username.")
COMMON = N_("This password is one of those that are guessed first.")


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


def _classes_in(password: str) -> int:
    """Return how many kinds of characters there are; a letter that has no case is one of the others."""
    return len({_class_of(character) for character in password})


def _class_of(character: str) -> str:
    if character.islower():
        return "small"
    if character.isupper():
        return "capital"
    return "digit" if character.isdigit() else "other"


def _holds_login(password: str, logins: Iterable[str]) -> bool:
    folded = password.casefold()
    whole = {login.strip().casefold() for login in logins} - {""}
    parts = whole | {login.rpartition("@")[0] for login in whole} - {""}
    return any(part == folded or (len(part) >= PART and part in folded) for part in parts)


def _is_common(password: str) -> bool:
    folded = password.casefold()
    core = _core_of(folded)
    return folded in _common() or (len(folded) - len(core) <= AROUND and core in _common())


def _core_of(password: str) -> str:
    """Return the password from its first to its last letter."""
    letters = [place for place, character in enumerate(password) if character.isalpha()]
    return password[letters[0] : letters[-1] + 1] if letters else ""


@cache
def _common() -> frozenset[str]:
    """Return the common passwords; their lists take 12 MB, so they are read when one is first chosen."""
    lists = import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS
    return frozenset(password.casefold() for password in lists["passwords"])


@cache
def _nobodys() -> str:
    return HASHER.hash("a password that nobody has")
