"""E-mail addresses as people type them, and what makes two of them the same."""

from email_validator import EmailNotValidError, validate_email

from kernel.errors import N_, Invalid
from services.customers.folding import login_key


class AddressNotValid(Invalid):
    """What was given is no e-mail address."""


def checked(email: str) -> str:
    """Return the address, normalised; nothing is asked of DNS. Raises AddressNotValid."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized
    except EmailNotValidError as reason:
        sentence = N_("This is not a valid e-mail address. %(reason)s")
        raise AddressNotValid(
            sentence, reason=reason, fields={"email": sentence % {"reason": reason}}
        ) from reason


def key_of(email: str) -> str:
    """Return the key of an address within its network."""
    return login_key(email)
