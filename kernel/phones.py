"""Phone numbers: kept as E.164, ``+46701740605``, and shown as their country writes them."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from kernel.errors import N_, Invalid

LONGEST = 40  # characters that somebody may type


class PhoneNotValid(Invalid):
    """What was given is no phone number."""


def checked(number: str, country: str = "") -> str:
    """Return the number as E.164; without ``+`` it is one of ``country``. Raises PhoneNotValid."""
    read = _read(number, country)
    if read.extension:
        raise PhoneNotValid(N_("An extension cannot be kept. Write the number without it."))
    if phonenumbers.is_valid_number(read):
        return phonenumbers.format_number(read, PhoneNumberFormat.E164)
    if country and not number.startswith(("+", "00")):
        sentence = N_(
            "%(country)s has no such phone number. Begin another country's with + and its country code."
        )
        raise PhoneNotValid(sentence, country=country)
    raise PhoneNotValid(N_("There is no such phone number. Check its digits."))


@lru_cache(maxsize=1024)
def shown(number: str) -> str:
    """Return ``+46 70 174 06 05``; what is no E.164 is returned as it stands."""
    try:
        read = phonenumbers.parse(number)
    except NumberParseException:
        return number
    return phonenumbers.format_number(read, PhoneNumberFormat.INTERNATIONAL)


def _read(number: str, country: str) -> PhoneNumber:
    if len(number) > LONGEST:
        raise PhoneNotValid(N_("This is too long for a phone number."))
    try:
        return phonenumbers.parse(number, country or None)
    except NumberParseException as reason:
        if reason.error_type == NumberParseException.INVALID_COUNTRY_CODE and not country:
            sentence = N_(
                "Begin with + and the country code, like +46 70 174 06 05, or choose the billing country."
            )
            raise PhoneNotValid(sentence) from reason
        raise PhoneNotValid(N_("This is no phone number.")) from reason
