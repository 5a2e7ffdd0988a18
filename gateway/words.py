"""Which language a page speaks, and how a failure of any process is said in it."""

from collections.abc import Mapping

from flask import Flask, g, request
from flask_babel import Babel
from flask_login import current_user

from gateway import labels
from gateway.translation import gettext, install_gettext
from kernel.errors import Failure, Filled

LANGUAGES = {"en": "English", "sv": "Svenska"}
LANGUAGE_COOKIE = "language"


def install_words(app: Flask) -> None:
    """Choose language and time zone of each request; give templates what they need to say things."""
    Babel(app, locale_selector=chosen_language, timezone_selector=_time_zone)
    install_gettext(app)
    app.jinja_env.globals.update(languages=LANGUAGES, said=said, said_as=said_as)


def chosen_language() -> str:
    """Return the language of the menu, or else the best one the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"


def said(failure: Failure) -> str:
    """Return a failure's sentence in the reader's language: what was marked with ``N_`` where it arose.

    The message catalogue of the gateway holds the sentences of the kernel and the services too.
    """
    return _in_words(failure.template, failure.params, str(failure))


def said_as(template: str, params: Mapping[str, str] | None = None) -> str:
    """Return a sentence that was kept with its places, in the reader's language."""
    return _in_words(template, params or {}, template)


def said_fields(failure: Failure) -> dict[str, str]:
    """Return what is wrong with each field, in the reader's language."""
    return {name: _of_field(sentence) for name, sentence in failure.fields.items()}


def _of_field(sentence: str) -> str:
    if isinstance(sentence, Filled):
        return _in_words(sentence.template, sentence.params, sentence)
    return gettext(sentence)


def _in_words(template: str, params: Mapping[str, str], otherwise: str) -> str:
    sentence = gettext(template)
    named = {name: labels.value(name, given) for name, given in params.items()}
    try:
        return sentence % named if named else sentence
    except (KeyError, ValueError):
        return otherwise


def _time_zone() -> str:
    """Return the reader's own time zone when he has one, else his network's."""
    host = g.get("host")
    own = current_user.time_zone if host else ""
    return own or (host.network.time_zone if host else "UTC")
