"""Which language a page speaks, and how a failure of any process is said in it."""

from flask import Flask, g, request
from flask_babel import Babel

from gateway import labels
from gateway.translation import gettext, install_gettext
from kernel.errors import Failure

LANGUAGES = {"en": "English", "sv": "Svenska"}
LANGUAGE_COOKIE = "language"


def install_words(app: Flask) -> None:
    """Choose language and time zone of each request; give templates what they need to say things."""
    Babel(app, locale_selector=chosen_language, timezone_selector=_time_zone)
    install_gettext(app)
    app.jinja_env.globals.update(languages=LANGUAGES, said=said)


def chosen_language() -> str:
    """Return the language of the menu, or else the best one the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"


def said(failure: Failure) -> str:
    """Return a failure's sentence in the reader's language: what was marked with ``N_`` where it arose.

    The message catalogue of the gateway holds the sentences of the kernel and the services too.
    """
    sentence: str = gettext(failure.template)
    named = {name: labels.value(name, given) for name, given in failure.params.items()}
    try:
        return sentence % named if named else sentence
    except (KeyError, ValueError):
        return str(failure)


def _time_zone() -> str:
    host = g.get("host")
    return host.network.time_zone if host else "UTC"
