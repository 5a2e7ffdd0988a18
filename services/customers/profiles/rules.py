"""What may stand in each field of a profile, and how it is kept; a sentence for each that is wrong."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from zoneinfo import available_timezones

from kernel import phones, vat_numbers
from kernel.contracts.profiles import ProfileField
from kernel.errors import N_, Filled, Invalid
from services.customers.folding import NAME_LENGTH
from services.customers.mail import writing as mails
from services.customers.profiles import addresses, billing_address
from services.customers.profiles.billing_address import Envelope

Profile = Mapping[ProfileField, str]
Check = Callable[[str], str]

NOT_SAVED = N_("Nothing is saved: some fields are not valid.")
NO_ADDRESS = N_("A customer needs an e-mail address.")
LONGEST = 500  # characters
UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class ProfileNotValid(Invalid):
    """Something typed cannot be kept; ``fields`` says what, and why."""


class Examination:
    """Changes looked at field by field. ``kept`` are those that can be, ``wrong`` what is said of the others.

    A field that says what stands there already is not looked at: what was once imported may stay.
    """

    def __init__(self, now: Profile, changes: Profile) -> None:
        self.now = now
        self.wrong: dict[str, str] = {}
        self.kept: dict[ProfileField, str] = {}
        for field, given in changes.items():
            self._keep(field, given, tidy)
        for field, check in CHECKS.items():
            if field in self.kept:
                self._keep(field, self.kept[field], check)
        self._look_at_address()
        self._look_at_what_follows_the_country()

    @property
    def after(self) -> dict[ProfileField, str]:
        """The whole profile as it would be."""
        return {**self.now, **self.kept}

    def refuse(self, field: ProfileField, sentence: str) -> None:
        """Say what is wrong with a field."""
        self.kept.pop(field, None)
        self.wrong[field] = sentence

    def _keep(self, field: ProfileField, given: str, check: Check) -> None:
        try:
            kept = check(given)
        except Invalid as reason:
            self.refuse(field, Filled(reason.template, **reason.params))
            return
        self.kept.pop(field, None)
        if kept != self.now[field]:
            self.kept[field] = kept

    def _look_at_address(self) -> None:
        if self.wrong.keys() & billing_address.PARTS or not self.kept.keys() & billing_address.PARTS:
            return
        envelope = Envelope(self.after, self.kept.keys())
        for field, sentence in envelope.wrong.items():
            self.refuse(field, sentence)
        for field, value in envelope.values.items():
            self._keep(field, value, str)

    def _look_at_what_follows_the_country(self) -> None:
        country = "" if "billing_country" in self.wrong else self.after["billing_country"]
        number = self.after["billing_vat_number"]
        if number and self.kept.keys() & {"billing_vat_number", "billing_country"}:
            self._keep("billing_vat_number", number, lambda given: vat_numbers.checked(given, country))
        if self.kept.get("phone"):
            self._keep("phone", self.kept["phone"], lambda given: phones.checked(given, country))


def tidy(given: str) -> str:
    """Return the text on one line, without spaces around it. Raises Invalid."""
    said = " ".join(given.split())
    if UNSTORABLE.search(said):
        raise Invalid(N_("This holds a character that cannot be stored."))
    if len(said) > LONGEST:
        raise Invalid(N_("At most %(most)s characters can be kept here."), most=LONGEST)
    return said


def _name(given: str) -> str:
    if len(given) > NAME_LENGTH:
        raise Invalid(N_("At most %(most)s characters can be kept here."), most=NAME_LENGTH)
    return given


def _email(given: str) -> str:
    if not given:
        raise Invalid(NO_ADDRESS)
    return addresses.checked(given)


def _locale(given: str) -> str:
    if given and given not in mails.LANGUAGES:
        raise Invalid(N_("Choose one of the languages that we write."))
    return given


def _time_zone(given: str) -> str:
    if given and given not in _zones():
        raise Invalid(N_("Choose a time zone like Europe/Stockholm."))
    return given


@cache
def _zones() -> set[str]:
    return available_timezones()


CHECKS: dict[ProfileField, Check] = {
    "email": _email,
    "username": _name,
    "first_name": _name,
    "last_name": _name,
    "locale": _locale,
    "time_zone": _time_zone,
    "billing_company": _name,
    "billing_email": lambda given: addresses.checked(given) if given else "",
    "billing_country": billing_address.country,
}
