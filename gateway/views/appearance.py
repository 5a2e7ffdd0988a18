"""The language and the theme of the pages: a choice of this browser, on any host, signed in or not."""

from flask import Flask, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from gateway.auth import on_a_visit, open_to_all
from gateway.looks import A_YEAR, THEME_COOKIE, THEMES
from gateway.routing import ADMIN, SITE, is_local_path
from gateway.security import csrf
from gateway.words import LANGUAGE_COOKIE, LANGUAGES

CHOICES = {"language": (LANGUAGE_COOKIE, tuple(LANGUAGES)), "theme": (THEME_COOKIE, THEMES)}


@open_to_all
@on_a_visit("read")
def choose() -> Response:
    """Keep the choice in a cookie and go back to the page.

    Whoever is not signed in needs no token: one would take a session for every visitor of an error
    page, and a language chosen for him by another site does no harm.
    """
    if current_user.is_authenticated:
        csrf.protect()
    back = request.form.get("back", "")
    answer = redirect(back if is_local_path(back) else "/", 303)
    for field, (cookie, possible) in CHOICES.items():
        if (chosen := request.form.get(field)) in possible:
            answer.set_cookie(
                cookie, chosen, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure
            )
    return answer


def register(app: Flask) -> None:
    """The menu is on the admin host and on every site, so the route is too."""
    csrf.exempt(choose)  # it looks for the token itself
    for audience in (ADMIN, SITE):
        app.add_url_rule("/appearance", "appearance", choose, methods=["POST"], host=audience)
