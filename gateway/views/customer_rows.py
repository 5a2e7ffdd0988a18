"""A customer of the list, drawn: kept until something that is shown of him is another."""

from functools import lru_cache

from flask import current_app
from flask_login import current_user
from markupsafe import Markup

from gateway.formats import Formats, formats
from gateway.views.list_place import query_of
from kernel.contracts.customers import CustomerRow

TEMPLATES = {"cards": "customers/card.html", "table": "customers/row.html"}
KEPT = 1024  # of about two kilobytes each
PLACE = "\0"
"""Stands in a kept piece for the place in the list, which is not the same each time; no name can hold it."""


def drawn(found: list[CustomerRow], layout: str, place: str) -> list[Markup]:
    """Return each customer as a card, or as a row of the table; its links know the place in the list."""
    say, may_switch = formats(), "customers.switch" in current_user.permissions
    template = TEMPLATES.get(layout, TEMPLATES["cards"])
    pieces = (_drawn(template, one, say, _ago(say, one), may_switch) for one in found)
    along = query_of(place)
    return [piece.replace(PLACE, along) for piece in pieces]


def _ago(say: Formats, one: CustomerRow) -> str:
    """Return the one thing that becomes another by itself, as time passes."""
    return say.ago(one.last_sign_in_at) if one.last_sign_in_at else ""


@lru_cache(maxsize=KEPT)
def _drawn(template: str, customer: CustomerRow, say: Formats, signed_in: str, may_switch: bool) -> Markup:
    """The formats stand for the language: there is one for each, and time zone."""
    piece = current_app.jinja_env.get_template(template)
    shown = {"c": customer, "say": say, "signed_in": signed_in, "may_switch": may_switch, "place": PLACE}
    return Markup(piece.render(shown))  # noqa: S704 - a template's own, autoescaped
