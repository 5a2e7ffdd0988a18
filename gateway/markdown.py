"""Markdown that people wrote, made into HTML that cannot do anything."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

PAGE = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
NOTE = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
PAGE_TAGS = nh3.ALLOWED_TAGS - {"style", "center", "font", "map", "area"}
# A note stands among the boxes of a page: no headings of its own, and no images from elsewhere.
NOTE_TAGS = PAGE_TAGS - {"img", "h1", "h2", "h3", "h4", "h5", "h6"}
SCHEMES = {"http", "https", "mailto"}


@lru_cache(maxsize=256)
def html_of(markdown: str) -> Markup:
    """Return a page as HTML without scripts, styles, or addresses other than http(s) and mailto."""
    clean = nh3.clean(PAGE.render(markdown), tags=PAGE_TAGS, url_schemes=SCHEMES)
    return Markup(clean)  # noqa: S704 - this is what nh3 is for


@lru_cache(maxsize=256)
def note_html(markdown: str) -> Markup:
    """Return a note as HTML; its line breaks stay, since most people write plain text."""
    clean = nh3.clean(NOTE.render(markdown), tags=NOTE_TAGS, url_schemes=SCHEMES)
    return Markup(clean)  # noqa: S704 - this is what nh3 is for
