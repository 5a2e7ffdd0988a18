"""What templates draw with: icons, avatars, addresses of static files that change with their content."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from flask import Flask, current_app, request
from flask_babel import get_locale
from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
AVATAR_COLOURS = 10
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
A_YEAR = 31_536_000


def install_looks(app: Flask) -> None:
    """Give templates ``icon``, ``avatar``, ``asset`` and the chosen theme."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    app.jinja_env.globals.update(icon=icon, avatar=avatar, asset=asset, chosen_theme=chosen_theme, kept=kept)
    app.jinja_env.filters["isolated"] = isolated


def chosen_theme() -> str:
    """Return ``light``, ``dark``, or ``auto``: as the system does."""
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def kept(template: str, **given: str) -> Markup:
    """Return a piece that is the same for everybody who reads one language; drawn once for each."""
    return _drawn(template, str(get_locale() or "en"), tuple(given.items()))


@lru_cache(maxsize=256)
def _drawn(template: str, _language: str, given: tuple[tuple[str, str], ...]) -> Markup:
    drawn = current_app.jinja_env.get_template(template).render(dict(given))
    return Markup(drawn)  # noqa: S704 - a template's own, autoescaped


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """``/static/vendor/atoll.css?v=3f2a91c0``: kept for a year by browsers, and new when its content is."""
    return f"/static/{path}?v={sha256((STATIC / path).read_bytes()).hexdigest()[:8]}"


@lru_cache(maxsize=256)
def icon(name: str, classes: str = "") -> Markup:
    """Return a Tabler icon; it is decoration, the words beside it say what is meant."""
    sheet = asset("vendor/icons.svg")
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        classes, sheet, name
    )


@lru_cache(maxsize=4096)
def avatar(identifier: UUID, name: str, classes: str = "") -> Markup:
    """Return the initials of a name on a colour that follows from the id."""
    colour = identifier.int % AVATAR_COLOURS
    return Markup('<span class="avatar avatar-{} {}" aria-hidden="true">{}</span>').format(
        colour, classes, initials(name)
    )


def isolated(words: str) -> Markup:
    """Return words that people gave, in whatever direction they are written, apart from those around."""
    return Markup("<bdi>{}</bdi>").format(words)


def initials(name: str) -> str:
    """``Åsa Lind`` gives ``ÅL``; a name without letters gives a question mark."""
    words = [word for word in name.split() if word[0].isalnum()]
    chosen = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0].upper() for word in chosen) or "?"
