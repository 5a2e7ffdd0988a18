"""The form of a customer's profile: as he was when it was drawn, and as somebody typed it.

Both travel in the form, so that only what was changed is sent on, and so that a second admin is shown what
the first one changed meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_login import current_user
from markupsafe import Markup

from gateway import labels
from gateway.formats import formats
from gateway.translation import gettext as _
from gateway.views.countries import country_options
from gateway.views.options import options
from gateway.views.settings import time_zones
from gateway.words import LANGUAGES
from kernel import phones, postal
from kernel.contracts.access import dominates
from kernel.contracts.customers import Customer
from kernel.contracts.profiles import BILLING, FIELDS, ProfileField
from kernel.errors import BadRequest

Values = dict[ProfileField, str]

WAS = "was."
LONGEST_VERSION = 18  # digits


@dataclass(frozen=True)
class ProfileForm:
    """What the form holds. ``was`` is what stood in it; ``version`` 0 is a customer who is none yet."""

    typed: Values
    was: Values = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    version: int = 0

    @classmethod
    def blank(cls) -> "ProfileForm":
        """Return the form of somebody who is no customer yet."""
        return cls(dict.fromkeys(FIELDS, ""))

    @classmethod
    def of(cls, customer: Customer) -> "ProfileForm":
        """Return the form of a customer as he is now."""
        now = values_of(customer)
        return cls(now, now, customer.version)

    @classmethod
    def sent(cls) -> "ProfileForm":
        """Return the form as it came; a field that was not drawn is as it was. Raises BadRequest."""
        version = request.form.get("version", "")
        if not (version.isascii() and version.isdecimal() and len(version) <= LONGEST_VERSION):
            raise BadRequest
        was: Values = {name: one_line(request.form.get(f"{WAS}{name}", "")) for name in FIELDS}
        typed: Values = {name: one_line(request.form.get(name, was[name])) for name in FIELDS}
        return cls(typed, was, int(version))

    @property
    def changes(self) -> Values:
        """What somebody changed, and nothing else."""
        return {name: value for name, value in self.typed.items() if value != self.was[name]}

    def against(self, customer: Customer) -> "ProfileForm":
        """Return the same typing over the customer as he is now."""
        return ProfileForm(self.typed, values_of(customer), customer.version)

    def differences(self, customer: Customer) -> list["Difference"]:
        """Return what somebody else has changed since the form was drawn, and is not what was typed."""
        now = values_of(customer)
        return [
            Difference(
                name, theirs=now[name], yours=self.typed[name], is_typed=self.typed[name] != self.was[name]
            )
            for name in FIELDS
            if now[name] not in {self.was[name], self.typed[name]}
        ]

    def shown(self) -> dict[str, Any]:
        """Return what the form's templates show."""
        return {
            "form": self,
            "values": self.typed,
            "billing": {name.removeprefix(BILLING): value for name, value in self.typed.items()},
            "countries": country_options(self.typed["billing_country"]),
            "rules": self._rules(),
            "called": postal_words(self._rules()),
            "states": self._states(),
            "locales": [("", _("As the network")), *LANGUAGES.items()],
            "time_zones": _zones(self.typed["time_zone"]),
        }

    def _rules(self) -> postal.PostalRules | None:
        country = self.typed["billing_country"]
        return postal.rules_of(country) if country in postal.countries() else None

    def _states(self) -> list[tuple[str, str]]:
        """Return the states to choose from; one that is none of them but stands there is kept."""
        rules, present = self._rules(), self.typed["billing_state"]
        if rules is None or not rules.states:
            return []
        codes = {code for code, _name in rules.states}
        own = [(present, present)] if present and present not in codes else []
        return [("", "–"), *own, *rules.states]


@dataclass(frozen=True)
class Difference:
    """A field that another admin changed; ``is_typed`` when whoever saves now changed it too."""

    name: ProfileField
    theirs: str
    yours: str
    is_typed: bool


def values_of(customer: Customer) -> Values:
    """Return what stands in the form of a customer."""
    own = {name: str(getattr(customer, name)) for name in FIELDS if not name.startswith(BILLING)}
    billing = {f"{BILLING}{name}": value for name, value in customer.billing}
    values = own | billing | {"phone": phones.shown(customer.phone)}
    values["billing_state"] = _state_code(customer)
    return {name: one_line(values[name]) for name in FIELDS}


def one_line(text: str) -> str:
    """Return the text as a field of one line holds it, whatever was once imported."""
    return " ".join(text.split())


def in_words(name: ProfileField, value: str, values: Mapping[ProfileField, str]) -> str:
    """Return a value as a person reads it: the country's name and not its code."""
    if name == "billing_country" and value:
        return formats().country(value)
    if name == "billing_state":
        return postal.state_name(values["billing_country"], value)
    return LANGUAGES.get(value, value) if name == "locale" else value


def may_change_login(customer: Customer | None) -> bool:
    """Whether the reader may change what the customer signs in with; the service asks again."""
    held = current_user.permissions
    if "customers.credentials" not in held:
        return False
    if customer is None or customer.account_id == current_user.standing.account_id:
        return True
    return dominates(held, customer.role)


def postal_words(rules: postal.PostalRules | None) -> dict[str, str]:
    """Return what the parts of an address are called in its country."""
    return {
        "state": labels.postal(rules.state_word if rules else "state"),
        "city": labels.postal(rules.city_word if rules else "city"),
        "postcode": labels.postal(rules.postcode_word if rules else "postal"),
    }


def _state_code(customer: Customer) -> str:
    country, state = customer.billing.country, customer.billing.state
    if country not in postal.countries():
        return state
    return postal.rules_of(country).state(state) or state


def _zones(present: str) -> Markup:
    named = ((zone, zone.replace("_", " ")) for zone in time_zones(present))
    return options((("", _("As the network")), *named), present)
