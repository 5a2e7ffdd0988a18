"""Countries to choose from, in the order of the reader's alphabet."""

from functools import lru_cache

from babel import Locale
from flask_babel import get_locale
from markupsafe import Markup

from gateway.views.options import options
from kernel import postal
from kernel.folding import fold

LAST_IN_SWEDISH = str.maketrans({"å": "{1", "ä": "{2", "ö": "{3"})  # { comes after z


def country_options(chosen: str) -> Markup:
    """Return the options of a select: every country, and no country first."""
    return options(_named(get_locale() or Locale("en")), chosen)


@lru_cache(maxsize=8)
def _named(locale: Locale) -> tuple[tuple[str, str], ...]:
    named = [(code, str(locale.territories.get(code, code))) for code in postal.countries()]
    return (("", "–"), *sorted(named, key=lambda country: _order(country[1], locale.language)))


def _order(name: str, language: str) -> str:
    if language == "sv":
        return fold(name.lower().translate(LAST_IN_SWEDISH))
    return fold(name)
