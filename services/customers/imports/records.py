"""A customer as a file tells of him, checked; every refusal is a sentence for the person who has the file."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from kernel.contracts.custom_fields import FieldValue
from kernel.contracts.customers import Verification
from kernel.errors import N_, Invalid
from services.customers.folding import NAME_LENGTH
from services.customers.profiles import addresses

LONGEST = 500  # characters
COUNTRY = re.compile(r"[A-Za-z]{2}")
NEVER: Final = ("", "0", "0000-00-00 00:00:00", "0000-00-00", "never", "null", "none")
YES, NO = ("1", "yes", "true", "y", "on"), ("", "0", "no", "false", "n", "off")
VERIFICATIONS: dict[str, Verification] = {"none": "none", "pending": "pending", "verified": "verified"}


class RowNotValid(Invalid):
    """A row that cannot become a customer, and why."""


@dataclass(frozen=True)
class Record:
    """What a file says of one customer. An empty text or None: the file does not say."""

    email: str
    email_key: str
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    locale: str = ""
    is_vip: bool | None = None
    verification: Verification | None = None
    created_at: datetime | None = None
    last_sign_in_at: datetime | None = None
    last_ip: str = ""
    billing: dict[str, str] = field(default_factory=dict)
    custom: dict[str, FieldValue] = field(default_factory=dict)


def email(cell: str) -> tuple[str, str]:
    """Return the address and its key."""
    if not cell.strip():
        raise RowNotValid(N_("There is no e-mail address."))
    try:
        checked = addresses.checked(cell)
    except addresses.AddressNotValid as wrong:
        sentence = N_("%(given)s is no e-mail address. %(reason)s")
        raise RowNotValid(sentence, given=_short(cell), reason=wrong) from wrong
    return checked, addresses.key_of(checked)


def text(cell: str, what: str, longest: int = LONGEST) -> str:
    """Return the cell without spaces around it."""
    given = cell.strip()
    if len(given) > longest:
        sentence = N_("The %(what)s has %(length)s characters; at most %(longest)s are kept.")
        raise RowNotValid(sentence, what=what, length=len(given), longest=longest)
    if "\x00" in given:
        raise RowNotValid(N_("The %(what)s holds a NUL character, which cannot be kept."), what=what)
    return given


def name(cell: str, what: str) -> str:
    """Return a name, on one line."""
    return " ".join(text(cell, what, NAME_LENGTH).split())


def country(cell: str) -> str:
    """Return a code of ISO 3166-1 alpha-2, in capitals."""
    given = cell.strip()
    if given and not COUNTRY.fullmatch(given):
        sentence = N_("The country %(given)s is no code of two letters, like SE.")
        raise RowNotValid(sentence, given=_short(given))
    return given.upper()


def time(cell: str, what: str) -> datetime | None:
    """Return a time; without a zone it is UTC."""
    given = cell.strip()
    if given.lower() in NEVER:
        return None
    try:
        read = datetime.fromisoformat(given)
    except ValueError as wrong:
        sentence = N_("The %(what)s %(given)s is no time like 2024-05-31 14:30:00.")
        raise RowNotValid(sentence, what=what, given=_short(given)) from wrong
    if not 1970 <= read.year <= 2100:
        sentence = N_("The %(what)s %(given)s is not between 1970 and 2100.")
        raise RowNotValid(sentence, what=what, given=_short(given))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def flag(cell: str, what: str) -> bool:
    """Return whether the cell says yes."""
    given = cell.strip().lower()
    if given not in YES and given not in NO:
        raise RowNotValid(N_("The %(what)s %(given)s is neither yes nor no."), what=what, given=_short(cell))
    return given in YES


def verification(cell: str) -> Verification | None:
    """Return how far the e-mail address is verified; None when the cell is empty."""
    given = cell.strip().lower()
    if not given:
        return None
    if given not in VERIFICATIONS:
        sentence = N_("The verification %(given)s is none of none, pending, verified.")
        raise RowNotValid(sentence, given=_short(cell))
    return VERIFICATIONS[given]


def _short(cell: str) -> str:
    given = " ".join(cell.split())
    return given if len(given) <= 60 else given[:59] + "…"
