"""gettext with types, and asked for its catalogue once a request: pages say a hundred sentences."""

from contextvars import ContextVar
from functools import lru_cache

import flask_babel
from babel.support import NullTranslations
from flask import Flask
from markupsafe import Markup

CATALOGUE: ContextVar[NullTranslations | None] = ContextVar("catalogue", default=None)
"""The reader's; asked for a hundred times a page, so not kept in ``g``, which is found anew each time."""


def gettext(sentence: str, /, **places: object) -> str:
    """Return a sentence in the reader's language, its named places filled."""
    said = str(_catalogue().gettext(sentence))
    return said % places if places else said


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form that the reader's language uses for this number; its place is ``%(num)d``."""
    return str(_catalogue().ngettext(one, many, number)) % {"num": number}


def install_gettext(app: Flask) -> None:
    """Let templates say ``_("...")``: the sentence is trusted, what fills its places is escaped."""
    app.jinja_env.globals.update(_=_markup, gettext=_markup)
    app.teardown_appcontext(_forget_catalogue)


def _markup(sentence: str, /, **places: object) -> Markup:
    said = _trusted(_catalogue(), sentence)
    return said % places if places else said


@lru_cache(maxsize=4096)
def _trusted(catalogue: NullTranslations, sentence: str) -> Markup:
    return Markup(catalogue.gettext(sentence))  # noqa: S704 - from our own catalogue


def _forget_catalogue(_: BaseException | None) -> None:
    CATALOGUE.set(None)


def _catalogue() -> NullTranslations:
    catalogue = CATALOGUE.get()
    if catalogue is None:
        catalogue = flask_babel.get_translations()
        CATALOGUE.set(catalogue)
    return catalogue
