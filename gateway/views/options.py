"""The options of a long select: hundreds of countries or time zones, drawn once and not for each page."""

from functools import lru_cache

from markupsafe import Markup, escape

Pairs = tuple[tuple[str, str], ...]


def options(pairs: Pairs, chosen: str) -> Markup:
    """Return the options of a select, value and words of each, with the chosen one selected."""
    value = escape(chosen)
    drawn = _drawn(pairs).replace(f'<option value="{value}">', f'<option value="{value}" selected>', 1)
    return Markup(drawn)  # noqa: S704 - escaped where it was drawn


@lru_cache(maxsize=32)
def _drawn(pairs: Pairs) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(words)}</option>' for value, words in pairs)
