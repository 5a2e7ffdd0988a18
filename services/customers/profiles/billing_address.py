"""A billing address: none, or one that can be written on an envelope to its country."""

from collections.abc import Mapping, Set

from kernel import postal
from kernel.contracts.profiles import ProfileField
from kernel.errors import N_, Filled, Invalid

WRITTEN: dict[str, ProfileField] = {
    "line1": "billing_line1",
    "postcode": "billing_postcode",
    "city": "billing_city",
    "state": "billing_state",
}
"""The parts that a country may require, and the field each stands in."""

PARTS: frozenset[ProfileField] = frozenset({*WRITTEN.values(), "billing_line2", "billing_country"})

MISSING = {
    "line1": N_("An address in %(country)s needs a street or box."),
    "postcode": N_("An address in %(country)s needs a postcode."),
    "city": N_("An address in %(country)s needs a city."),
    "state": N_("An address in %(country)s needs a state or province."),
}
UNKNOWN_THERE = {
    "postcode": N_("Addresses in %(country)s have no postcode."),
    "state": N_("Addresses in %(country)s have no state or province."),
}


class CountryNotKnown(Invalid):
    """There is no country with this code."""


def country(given: str) -> str:
    """Return a country's code, in capitals. Raises CountryNotKnown."""
    code = given.upper()
    if code and code not in postal.countries():
        sentence = N_("Choose a country; there is none with the code %(given)s.")
        raise CountryNotKnown(sentence, given=given[:20])
    return code


class Envelope:
    """The address of a profile as its country writes it; ``said`` are the fields that somebody names.

    ``values`` are kept, and ``wrong`` says what is wrong with the others. A country alone is enough, for
    phone and VAT numbers; whatever else is given makes an address, and that must be whole. What a new
    country's addresses do not have goes with the old country.
    """

    def __init__(self, profile: Mapping[ProfileField, str], said: Set[ProfileField]) -> None:
        self.values: dict[ProfileField, str] = {}
        self.wrong: dict[ProfileField, str] = {}
        self._said = said
        self._parts = {part: profile[name] for part, name in WRITTEN.items()}
        self._line2 = profile["billing_line2"]
        if not profile["billing_country"]:
            if self._is_begun():
                self.wrong["billing_country"] = N_("An address needs a country. Choose one.")
            return
        self._rules = postal.rules_of(profile["billing_country"])
        if self._is_written_there("state"):
            self._write_state()
        if self._is_written_there("postcode"):
            self._write_postcode()
        if self._is_begun():
            self._require_the_rest()

    def _is_begun(self) -> bool:
        return any(self._parts.values()) or bool(self._line2)

    def _is_written_there(self, part: str) -> bool:
        """Whether the part is given; one that the country has not is refused, or dropped when not named."""
        if not self._parts[part]:
            return False
        if part in self._rules.parts:
            return True
        if WRITTEN[part] in self._said:
            self._refuse(part, UNKNOWN_THERE[part])
        else:
            self._write(part, "")
        return False

    def _write_state(self) -> None:
        code = self._rules.state(self._parts["state"])
        if code is None:
            self._refuse("state", N_("%(country)s has no state or province %(state)s."), **self._parts)
        else:
            self._write("state", code)

    def _write_postcode(self) -> None:
        state = self.values.get("billing_state", "")
        there = postal.rules_of(self._rules.country, state)
        kept = there.postcode(self._parts["postcode"])
        if kept is not None:
            self._write("postcode", kept)
        elif state and self._rules.postcode(self._parts["postcode"]) is not None:
            name = postal.state_name(self._rules.country, state)
            sentence = N_("This postcode is not in %(state)s; one there is %(example)s.")
            self._refuse("postcode", sentence, state=name, example=there.postcode_example)
        else:
            sentence = N_("A postcode of %(country)s looks like %(example)s.")
            self._refuse("postcode", sentence, example=self._rules.postcode_example)

    def _require_the_rest(self) -> None:
        for part, name in WRITTEN.items():
            if part in self._rules.required and not self._parts[part] and name not in self.wrong:
                self._refuse(part, MISSING[part])

    def _write(self, part: str, value: str) -> None:
        self._parts[part] = self.values[WRITTEN[part]] = value

    def _refuse(self, part: str, sentence: str, **places: str) -> None:
        self.wrong[WRITTEN[part]] = Filled(sentence, country=self._rules.country, **places)
