"""E-mail addresses as people type them."""

import re

from email_validator import EmailNotValidError, validate_email

from kernel.errors import N_, Invalid

UNCLEAR = N_("This is not a valid e-mail address.")
COMPLAINTS = (
    ("must have an @-sign", N_("An e-mail address has an @ in it.")),
    ("something before the @-sign", N_("Something must stand before the @.")),
    ("something after the @-sign", N_("Something must stand after the @.")),
    ("should have a period", N_("After the @ stands a name with a period in it, like example.com.")),
    ("two periods in a row", N_("An e-mail address cannot have two periods in a row.")),
    (
        "(start|end) with|immediately (before|after) the @-sign",
        N_("A period or hyphen cannot stand first, last or beside the @."),
    ),
    ("too (long|many)", N_("This is too long for an e-mail address.")),
    ("special-use or reserved", N_("The name after the @ is reserved, and nobody gets mail there.")),
    ("characters.* before the @-sign", N_("A character before the @ cannot be in an e-mail address.")),
    ("after the @-sign.* characters", N_("A character after the @ cannot be in an e-mail address.")),
)
"""What the library says of an address, as a pattern, and how we say it: in the reader's language."""


class AddressNotValid(Invalid):
    """What was given is no e-mail address."""


def checked(email: str, *, field: str = "email") -> str:
    """Return the address, normalised; nothing is asked of DNS. Raises AddressNotValid, beside ``field``."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized
    except EmailNotValidError as reason:
        sentence = _sentence_for(str(reason))
        raise AddressNotValid(sentence, fields={field: sentence}) from reason


def _sentence_for(complaint: str) -> str:
    return next((sentence for pattern, sentence in COMPLAINTS if re.search(pattern, complaint)), UNCLEAR)
